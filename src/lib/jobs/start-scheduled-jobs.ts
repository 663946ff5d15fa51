import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { lockDueJobs, moveJob } from './job-repository.ts';
import { processJobJob } from './job-tasks.ts';

const jobsOfTransaction = 100;

/**
 * Starts the scheduled jobs whose time has come, the earliest first (jobs sheet §6, run-scheduled-jobs). A job becomes
 * `pending` and is queued in one transaction, under its lock: of several schedulers each job has one. Returns their ids.
 */
export async function startScheduledJobs({
  db,
  clock,
  queue,
  logger,
}: {
  readonly db: Database;
  readonly clock: Clock;
  readonly queue: JobQueue;
  readonly logger: Logger;
}): Promise<string[]> {
  const started: string[] = [];
  for (;;) {
    const ids = await db.transaction(async (tx) => {
      const at = clock.now();
      const due = await lockDueJobs(tx, at, jobsOfTransaction);
      for (const id of due) await moveJob(tx, id, { from: 'scheduled', to: 'pending', at });
      await queue.enqueue(tx, due.map(processJobJob));
      return due;
    });
    for (const jobId of ids) logger.info({ jobId }, 'Scheduled job was queued');
    started.push(...ids);
    if (ids.length < jobsOfTransaction) return started;
  }
}
