import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { storeCounted } from '../limits/count-messages.ts';
import type { Limits } from '../limits/limits.ts';
import type { Logger } from '../observability/logger.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { uploadSource } from '../uploads/upload-file.ts';
import type { UsageWriter } from '../usage/usage-writer.ts';
import { findJob, lockJob } from './job-repository.ts';
import { leaveRowsOut, takeRowsIn } from './job-row-repository.ts';
import { prepareSending } from './job-sending.ts';
import { mostRowsOfTask, type SaveRowsArgs } from './job-tasks.ts';
import type { Job, JobStatus } from './job.ts';
import { readJobRows, type JobRow } from './read-job-rows.ts';
import { noteStoredRows, prepareRows, storeJobRows, type PreparedRows } from './store-job-rows.ts';

export interface SaveRowsDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly queue: JobQueue;
  readonly ids: Ids;
  readonly secretBox: SecretBox;
  readonly storage: ObjectStore;
  readonly limits: Pick<Limits, 'stored'>;
  readonly usage: Pick<UsageWriter, 'stored'>;
}

/** Jobs whose rows may be stored one by one. Of those that are not begun, cancelled or refused, none may. */
const openStatuses: readonly JobStatus[] = ['in progress', 'finished', 'finished all notifications created', 'error'];

export function mayStoreRows({ status }: Job): boolean {
  return openStatuses.includes(status);
}

/** What became of rows that were to be stored on their own. */
export interface SavedRows {
  readonly saved: readonly number[];
  /** Stored by somebody before. */
  readonly present: readonly number[];
  readonly notAllowed: readonly number[];
  /** Beyond the end of the file. */
  readonly unknown: readonly number[];
}

/**
 * Stores rows of a job on their own, each at most once (jobs sheet §6, save-sms, save-email, save-letter). Rows with a
 * notification are passed over; those that the file does not have, or trial mode does not allow, are taken note of, so that
 * nobody tries them again. Null when the job takes no rows.
 *
 * @throws AppError NOT_FOUND, STORAGE_UNAVAILABLE, DATABASE_UNAVAILABLE; what the database refused
 */
export async function saveJobRows(deps: SaveRowsDeps, { jobId, rowNumbers }: SaveRowsArgs): Promise<SavedRows | null> {
  const job = await findJob(deps.db, jobId);
  if (job === null || !mayStoreRows(job)) return null;
  const sending = await prepareSending(deps, job);
  const rows = await readRows(deps, sending.template, job, rowNumbers);
  const now = deps.clock.now();
  const prepared = await prepareRows(deps, sending, rows, now);
  if (prepared.broken.length > 0) throw prepared.error;
  const unknown = [...new Set(rowNumbers).difference(new Set(rows.map(({ rowNumber }) => rowNumber)))];
  return commitRows(deps, job, { ...prepared, unknown, now });
}

async function readRows(
  { storage }: SaveRowsDeps,
  template: Parameters<typeof readJobRows>[0]['template'],
  { id, serviceId }: Job,
  rowNumbers: readonly number[],
): Promise<JobRow[]> {
  const source = uploadSource(storage, { serviceId, uploadId: id });
  const rows: JobRow[] = [];
  const wanted = { source, template, from: 0, only: new Set(rowNumbers), batchSize: mostRowsOfTask };
  for await (const batch of readJobRows(wanted)) rows.push(...batch);
  return rows;
}

async function commitRows(
  deps: SaveRowsDeps,
  { id: jobId }: Job,
  { messages, toStore, notAllowed, unknown, now }: PreparedRows & { unknown: readonly number[]; now: Date },
): Promise<SavedRows | null> {
  const outcome = await storeCounted(deps.db, async (tx) => {
    const job = await lockJob(tx, jobId);
    if (job === null || !mayStoreRows(job)) return null;
    const expected = unknown.filter((rowNumber) => rowNumber < job.notificationCount);
    await leaveRowsOut(tx, jobId, { rowNumbers: expected, reason: 'failed', at: now });
    await takeRowsIn(
      tx,
      jobId,
      messages.map(({ notification }) => notification.jobRowNumber!),
    );
    return storeJobRows(deps, tx, { jobId, messages, toStore, notAllowed, now, mayBeStored: true });
  });
  if (outcome === null) return null;
  noteStoredRows(deps, outcome);
  return { saved: outcome.stored, present: outcome.present, notAllowed, unknown };
}
