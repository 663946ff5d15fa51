import type { Database } from '../db/database.ts';
import { isBundle, jobsOfBundle } from './bundle.ts';
import type { JobQueue } from './job-queue.ts';
import type { NewJob } from './new-job.ts';
import { cancelDeadLetters, listDeadLetters, type DeadLetterFilter } from './queue-admin-repository.ts';
import type { QueueName } from './queues.ts';

/** Dead letters of one queue and task. */
export interface RetriedJobs {
  readonly queue: QueueName;
  readonly task: string;
  readonly count: number;
}

/**
 * Puts jobs that were given up, as their workers died again and again, back on the queue that they came from, with the
 * attempts that they have left. One whose work is queued again already is only ended. Tasks are idempotent: what a lost
 * worker did finish is not done twice. All or nothing.
 */
export async function retryDeadLetters(
  { db, queue }: { db: Database; queue: JobQueue },
  { dryRun = false, ...filter }: DeadLetterFilter & { readonly dryRun?: boolean },
): Promise<RetriedJobs[]> {
  return db.transaction(async (tx) => {
    const letters = await listDeadLetters(tx, filter, { lock: !dryRun });
    const jobs = letters.flatMap(({ queue: from, data }): NewJob[] =>
      isBundle(data) ? jobsOfBundle(data) : [{ ...data, queue: from }],
    );
    if (!dryRun && letters.length > 0) {
      await cancelDeadLetters(
        tx,
        letters.map(({ id }) => id),
      );
      await queue.enqueue(tx, jobs, { leaveLive: true });
    }
    const groups = Map.groupBy(jobs, ({ queue: from, task }) => `${from} ${task}`);
    return [...groups.values()].map((group) => ({
      queue: group[0]!.queue,
      task: group[0]!.task,
      count: group.length,
    }));
  });
}
