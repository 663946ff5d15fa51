import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { toApiDateTime } from '../../../lib/core/clock.ts';
import type { CalendarDate } from '../../../lib/core/london-time.ts';
import type { ReportedLetter } from '../../../lib/print-runs/returned-letter.ts';
import {
  showReturnedLetters,
  showReturnedLetterStatistics,
  showReturnedLetterSummary,
} from '../../../lib/print-runs/show-returned-letters.ts';
import { requiredDateIn } from './day-range.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { serviceIdOf } from './requests.ts';

/** Letters of a service that came back (admin API sheet §4.12, letters sheet §11). */
export function registerReturnedLetters(routes: InternalRoutes, app: App): void {
  const service = '/service/:service_id';
  routes(`${service}/returned-letter-statistics`, { GET: (request) => showStatistics(app, request) });
  routes(`${service}/returned-letter-summary`, { GET: (request) => showSummary(app, request) });
  routes(`${service}/returned-letters`, { GET: (request) => showDay(app, request) });
}

async function showStatistics(app: App, request: FastifyRequest): Promise<object> {
  const { count, newestReport } = await showReturnedLetterStatistics(app, { serviceId: serviceIdOf(request) });
  return {
    returned_letter_count: count,
    most_recent_report: newestReport === null ? null : `${newestReport} 00:00:00.000000`,
  };
}

async function showSummary(app: App, request: FastifyRequest): Promise<object> {
  const days = await showReturnedLetterSummary(app, { serviceId: serviceIdOf(request) });
  return days.map(({ count, reportedAt }) => ({ returned_letter_count: count, reported_at: reportedAt }));
}

async function showDay(app: App, request: FastifyRequest): Promise<object> {
  const serviceId = serviceIdOf(request);
  const reportedAt = requiredDateIn(request, 'reported_at');
  const { letters, orphaned } = await showReturnedLetters(app, { serviceId, reportedAt });
  return { returned_letters: letters.map((letter) => toView(letter, reportedAt)), orphaned_count: orphaned };
}

function toView(letter: ReportedLetter, reportedAt: CalendarDate): object {
  const { isFromApi, isPrecompiled, clientReference, jobRowNumber } = letter;
  return {
    notification_id: letter.notificationId,
    // Of a letter that somebody uploaded it is the name of the file.
    client_reference: isFromApi ? clientReference : null,
    reported_at: reportedAt,
    created_at: toApiDateTime(letter.createdAt).replace('T', ' ').replace('Z', ''),
    template_id: isPrecompiled ? null : letter.templateId,
    template_version: isPrecompiled ? null : letter.templateVersion,
    template_name: isPrecompiled ? null : letter.templateName,
    user_name: letter.userName ?? 'API',
    email_address: letter.emailAddress ?? 'API',
    original_file_name: letter.originalFileName,
    // As spreadsheets number them, with the headers as row 1.
    job_row_number: jobRowNumber === null ? null : jobRowNumber + 2,
    uploaded_letter_file_name: isPrecompiled && !isFromApi ? clientReference : null,
  };
}
