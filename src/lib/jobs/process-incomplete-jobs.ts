import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { moveJob } from './job-repository.ts';
import { processJobJob } from './job-tasks.ts';

/**
 * Puts jobs in progress again that had got stuck, and queues each of them: it goes on after its checkpoint, which is the
 * highest row that was handed on (jobs sheet §6, process-incomplete-jobs). A job that waits in the queue is left there.
 */
export async function processIncompleteJobs(
  { db, clock, queue }: { readonly db: Database; readonly clock: Clock; readonly queue: JobQueue },
  { jobIds }: { readonly jobIds: readonly string[] },
): Promise<void> {
  for (const id of jobIds) {
    await db.transaction(async (tx) => {
      const at = clock.now();
      if (!(await moveJob(tx, id, { from: 'error', to: 'in progress', at, processingStarted: at }))) return;
      await queue.enqueue(tx, [processJobJob(id)], { leaveLive: true });
    });
  }
}
