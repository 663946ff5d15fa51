import type { Queryable } from '../db/database.ts';
import { listLiveJobs, listLiveSubjects, readQueueDepths, type LiveJob, type QueueDepth } from './job-repository.ts';

/** The waiting or running jobs of some tasks about one subject, such as a notification. */
export async function findLiveJobs(
  { db }: { db: Queryable },
  input: { tasks: readonly string[]; subject: string },
): Promise<LiveJob[]> {
  return listLiveJobs(db, input.tasks, input.subject);
}

/** Those of some subjects, such as notifications, that one of the tasks waits or runs for. */
export async function findLiveSubjects(
  { db }: { db: Queryable },
  input: { tasks: readonly string[]; subjects: readonly string[] },
): Promise<ReadonlySet<string>> {
  return new Set(input.subjects.length === 0 ? [] : await listLiveSubjects(db, input.tasks, input.subjects));
}

/** What waits in the queues, by queue. */
export async function queueDepths({ db }: { db: Queryable }): Promise<QueueDepth[]> {
  return readQueueDepths(db);
}
