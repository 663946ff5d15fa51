import type { Queryable } from '../db/database.ts';
import { listLiveJobs, readQueueDepths, type LiveJob, type QueueDepth } from './job-repository.ts';

/** The waiting or running jobs of some tasks about one subject, such as a notification. */
export async function findLiveJobs(
  { db }: { db: Queryable },
  input: { tasks: readonly string[]; subject: string },
): Promise<LiveJob[]> {
  return listLiveJobs(db, input.tasks, input.subject);
}

/** What waits in the queues, by queue. */
export async function queueDepths({ db }: { db: Queryable }): Promise<QueueDepth[]> {
  return readQueueDepths(db);
}
