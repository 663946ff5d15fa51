import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { AppError } from '../../../lib/core/errors.ts';
import { isCalendarDate } from '../../../lib/core/london-time.ts';
import { toNotificationDetailsView } from '../../../lib/notifications/notification-details-view.ts';
import { pageUploadedLetters } from '../../../lib/notifications/page-uploaded-letters.ts';
import { requireService } from '../../../lib/services/show-service.ts';
import { listUploads } from '../../../lib/upload-list/list-uploads.ts';
import { toUploadView } from '../../../lib/upload-list/upload-view.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { integerParameter, pageAnswer, pageParameter, pageSize, queryOf, serviceIdOf } from './requests.ts';

/** What a service uploaded (jobs sheet §5). */
export function registerUploads(routes: InternalRoutes, app: App): void {
  routes('/service/:service_id/upload', { GET: (request) => list(app, request) });
  routes('/service/:service_id/upload/uploaded-letters/:date', { GET: (request) => listLetters(app, request) });
}

async function list(app: App, request: FastifyRequest): Promise<object> {
  const { id: serviceId } = await requireService(app, serviceIdOf(request));
  const query = queryOf(request);
  const page = pageParameter(query);
  const limitDays = integerParameter(query, 'limit_days');
  const found = await listUploads(app, { serviceId, limitDays, page, pageSize });
  return pageAnswer(request, { page }, found, ({ uploads }) => ({ data: uploads.map(toUploadView) }));
}

async function listLetters(app: App, request: FastifyRequest): Promise<object> {
  const { id: serviceId } = await requireService(app, serviceIdOf(request));
  const { date } = request.params as { date: string };
  if (!isCalendarDate(date)) {
    throw new AppError('REQUEST_INVALID', 'Input must be a date in the format: YYYY-MM-DD');
  }
  const page = pageParameter(queryOf(request));
  const found = await pageUploadedLetters(app, { serviceId, date, page, pageSize });
  return pageAnswer(request, { page }, found, ({ notifications }) => ({
    notifications: notifications.map(toNotificationDetailsView),
  }));
}
