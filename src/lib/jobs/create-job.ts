import { uncached, type ServiceCache } from '../cache/service-cache.ts';
import type { Clock } from '../core/clock.ts';
import { AppError, fieldError } from '../core/errors.ts';
import { parseUuid } from '../core/ids.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { requireService } from '../services/show-service.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Template } from '../templates/template.ts';
import { findTemplateOfService } from '../templates/show-template.ts';
import { readUploadMetadata, type UploadMetadata } from '../uploads/upload-file.ts';
import { findUserById } from '../users/show-user.ts';
import { contactListExists, findJob, insertJob } from './job-repository.ts';
import { readJobFields, type JobFields } from './job-fields.ts';
import type { Job } from './job.ts';
import { processJobJob } from './job-tasks.ts';

export interface CreateJobDeps {
  readonly db: Database;
  readonly cache?: ServiceCache;
  readonly clock: Clock;
  readonly queue: JobQueue;
  readonly storage: ObjectStore;
}

export interface CreateJobInput {
  readonly serviceId: string;
  /** The JSON of the request: `id`, `created_by`, and what else the jobs sheet §3 names. Unknown members are ignored. */
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Makes a job of an uploaded file: the checks of the jobs sheet §3 in their order. What the file's metadata say goes before
 * the body. A job without a time is queued in the transaction that stores it; one with a time waits for the clock.
 *
 * @throws AppError NOT_FOUND; JOB_REFUSED; REQUEST_INVALID; VALIDATION_FAILED with `details.fields`; CONFLICT when the
 *   upload is a job already
 */
export async function createJob(deps: CreateJobDeps, { serviceId, body }: CreateJobInput): Promise<Job> {
  const { db, cache = uncached, clock, storage } = deps;
  const service = await requireService({ db, cache }, requireId(serviceId));
  if (!service.active) throw new AppError('JOB_REFUSED', 'Create job is not allowed: service is inactive ');

  const id = requireUploadId(body['id']);
  const metadata = await readUploadMetadata(storage, { serviceId: service.id, uploadId: id });
  if (metadata === null) throw noResult();
  const template = await requireTemplate(deps, service.id, metadata.templateId ?? body['template_id']);
  if (template.templateType === 'letter' && service.restricted)
    throw new AppError('JOB_REFUSED', 'Create letter job is not allowed for service in trial mode ');
  if (!(metadata.valid ?? body['valid'] === 'True'))
    throw new AppError('REQUEST_INVALID', `File is not valid, can't create job`);
  if (template.archived) throw fieldError('VALIDATION_FAILED', { template: ['Template has been deleted'] });
  const fields = readJobFields(withMetadata(body, metadata), clock.now());
  await assertKnown(deps, service.id, fields);
  return storeJob(deps, { id, serviceId: service.id, template, fields });
}

function requireId(text: unknown): string {
  const id = parseUuid(text);
  if (id === null) throw noResult();
  return id;
}

function requireUploadId(given: unknown): string {
  if (given === undefined || given === null)
    throw fieldError('VALIDATION_FAILED', { id: ['Missing data for required field.'] });
  return requireId(given);
}

async function requireTemplate({ db }: CreateJobDeps, serviceId: string, given: unknown): Promise<Template> {
  if (given === undefined || given === null)
    throw fieldError('VALIDATION_FAILED', { template_id: ['Missing data for required field.'] });
  const template = await findTemplateOfService({ db, cache: uncached }, serviceId, requireId(given));
  if (template === null) throw noResult();
  return template;
}

function withMetadata(
  body: CreateJobInput['body'],
  { originalFileName, notificationCount }: UploadMetadata,
): CreateJobInput['body'] {
  return {
    ...body,
    ...(originalFileName !== null && { original_file_name: originalFileName }),
    ...(notificationCount !== null && { notification_count: notificationCount }),
  };
}

/** @throws AppError NOT_FOUND for a user or contact list that there is not */
async function assertKnown({ db }: CreateJobDeps, serviceId: string, fields: JobFields): Promise<void> {
  if ((await findUserById({ db }, fields.createdById)) === null) throw noResult();
  const { contactListId } = fields;
  if (contactListId !== null && !(await contactListExists(db, serviceId, contactListId))) throw noResult();
}

interface JobToStore {
  readonly id: string;
  readonly serviceId: string;
  readonly template: Template;
  readonly fields: JobFields;
}

async function storeJob(
  { db, clock, queue }: CreateJobDeps,
  { id, serviceId, template, fields }: JobToStore,
): Promise<Job> {
  const status = fields.scheduledFor === null ? 'pending' : 'scheduled';
  const job = { ...fields, id, serviceId, templateId: template.id, templateVersion: template.version, status } as const;
  try {
    return await db.transaction(async (tx) => {
      await insertJob(tx, { ...job, createdAt: clock.now() });
      if (status === 'pending') await queue.enqueue(tx, [processJobJob(id)]);
      return (await findJob(tx, id, serviceId))!;
    });
  } catch (error) {
    if (violatedConstraint(error) !== 'jobs_pkey') throw error;
    throw new AppError('CONFLICT', `The upload '${id}' is a job already`);
  }
}

function noResult(): AppError {
  return new AppError('NOT_FOUND', 'No result found');
}
