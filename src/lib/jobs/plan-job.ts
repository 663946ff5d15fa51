import { AppError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { checkCsvFile, type CheckCsvFileInput, type CsvFileCheck } from '../recipients/csv/check-csv-file.ts';
import type { Service } from '../services/service.ts';
import { assertNotArchived } from '../services/show-service.ts';
import { requireSender } from '../services/show-senders.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Template } from '../templates/template.ts';
import { requireUser } from '../users/show-user.ts';
import { readFileCheckOptions } from './file-check-options.ts';
import { openJobFile, type JobFile, type OpenJobFile } from './job-file.ts';
import { readJobFields } from './job-fields.ts';

export interface PlanJobDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly storage: ObjectStore;
}

export interface PlanJobInput {
  readonly serviceId: string;
  readonly templateId: string;
  readonly file: JobFile;
  readonly createdById: string;
  /** Text message sender or reply-to address; null = the service's own. */
  readonly senderId: string | null;
  readonly scheduledFor: Date | null;
  readonly shownRows: number;
  readonly onBadRow?: CheckCsvFileInput['onBadRow'];
}

/** What would be sent, and whether it can be. */
export interface JobPlan extends Pick<PlanJobInput, 'senderId' | 'scheduledFor' | 'createdById'> {
  readonly service: Service;
  readonly template: Template;
  readonly file: OpenJobFile;
  readonly check: CsvFileCheck;
  /** Messages of this type that may be sent today. */
  readonly dailyLimit: number | null;
  /** What was left of them before this file. */
  readonly remaining: number | null;
}

/**
 * Checks a file of recipients and says what would be sent; stores nothing. Whether the file can be sent is a result, not
 * an error.
 *
 * @throws AppError NOT_FOUND for a service, template, sender, user or file that there is not; REFUSED for an archived
 *   service or template; VALIDATION_FAILED for a time that no job can be scheduled for (jobs sheet §3)
 */
export async function planJob(deps: PlanJobDeps, input: PlanJobInput): Promise<JobPlan> {
  const { serviceId, templateId, senderId, scheduledFor, createdById, shownRows, onBadRow } = input;
  const file = await openJobFile(deps.storage, { serviceId, file: input.file });
  const { options, context, service, template } = await readFileCheckOptions(deps, { templateId, fileName: file.name });
  if (service.id !== serviceId) {
    throw new AppError('NOT_FOUND', `Service '${serviceId}' has no template with the id '${templateId}'`);
  }
  assertNotArchived(service);
  if (template.archived) throw new AppError('REFUSED', `Template '${template.name}' is archived`);
  await assertSender(deps, { serviceId, senderId, template });
  await requireUser(deps, createdById);
  assertSchedule(input, deps.clock.now());
  const check = await checkCsvFile({
    open: file.open,
    options,
    context,
    shownRows,
    ...(onBadRow !== undefined && { onBadRow }),
  });
  return {
    service,
    template,
    file,
    senderId,
    scheduledFor,
    createdById,
    check,
    dailyLimit: context.dailyLimit,
    remaining: options.remainingMessages,
  };
}

async function assertSender(
  { db }: PlanJobDeps,
  { serviceId, senderId, template }: { serviceId: string; senderId: string | null; template: Template },
): Promise<void> {
  if (senderId === null) return;
  const { templateType: type } = template;
  if (type === 'letter') {
    throw new AppError(
      'USAGE_INVALID',
      'Letters of a file have no sender of their own: they have that of the template',
    );
  }
  await requireSender({ db }, { senderId, serviceId, type });
}

/** The rules of the request that will create the job, before the file is stored for it. */
function assertSchedule({ scheduledFor, createdById }: PlanJobInput, now: Date): void {
  const fields = { original_file_name: '', notification_count: 0, created_by: createdById };
  readJobFields({ ...fields, scheduled_for: scheduledFor?.toISOString() ?? null }, now);
}
