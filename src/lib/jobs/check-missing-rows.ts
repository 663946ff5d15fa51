import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { rowsDueAfterMs } from './complete-finished-jobs.ts';
import { findJob } from './job-repository.ts';
import { completeJobs, listFinishedJobs, listMissingRows } from './job-row-repository.ts';
import { mostRowsOfTask, saveRowsJobs } from './job-tasks.ts';

const dayMs = 24 * 60 * 60_000;

/**
 * Looks at jobs that finished more than 20 minutes and less than a day ago (jobs sheet §6,
 * check-for-missing-rows-in-completed-jobs). Complete ones are told so; of the others exactly the rows are queued again
 * that have no notification. Rows that were left out, because trial mode does not allow them or because they failed every
 * retry, are not: nothing is queued for ever. Returns the number of rows queued.
 */
export async function checkMissingRows({
  db,
  clock,
  queue,
  logger,
}: {
  readonly db: Database;
  readonly clock: Clock;
  readonly queue: JobQueue;
  readonly logger: Logger;
}): Promise<number> {
  const at = clock.now();
  const before = new Date(at.getTime() - rowsDueAfterMs);
  const after = new Date(at.getTime() - dayMs);
  await completeJobs(db, { after, before, at });
  let queued = 0;
  for (const id of await listFinishedJobs(db, after, before)) {
    const job = await findJob(db, id);
    const missing = await listMissingRows(db, id);
    if (job === null || missing.length === 0) continue;
    await db.transaction((tx) => queue.enqueue(tx, saveRowsJobs(job, missing, mostRowsOfTask), { leaveLive: true }));
    logger.info({ jobId: id, rows: missing.length }, 'Rows of a job are missing and were queued again');
    queued += missing.length;
  }
  return queued;
}
