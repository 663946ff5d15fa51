import type { Queryable } from '../db/database.ts';
import { listLockedJobs, staleSeconds, unlockJobs, type LockedJob } from './queue-admin-repository.ts';
import type { QueueName } from './queues.ts';

export type { LockedJob };

/**
 * Hands out again the jobs of workers that have given no sign of life for a minute, or for `olderThanSeconds`. The queue does so by itself
 * while a worker runs that looks after it; this is for when none does. Returns the jobs.
 */
export async function unlockQueues(
  { db }: { db: Queryable },
  input: { queues: readonly QueueName[]; olderThanSeconds?: number; dryRun?: boolean },
): Promise<LockedJob[]> {
  const { queues, olderThanSeconds: seconds = staleSeconds, dryRun = false } = input;
  return dryRun ? listLockedJobs(db, { queues, seconds }) : unlockJobs(db, { queues, seconds });
}
