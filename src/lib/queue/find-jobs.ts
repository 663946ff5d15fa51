import type { Queryable } from '../db/database.ts';
import {
  listLiveJobs,
  listSubjectsGivenUp,
  readQueueDepths,
  type JobSubject,
  type LiveJob,
  type QueueDepth,
} from './job-repository.ts';

/** The waiting or running jobs of some tasks about one subject, such as a notification. */
export async function findLiveJobs(
  { db }: { db: Queryable },
  { tasks, ...subject }: JobSubject & { tasks: readonly string[] },
): Promise<LiveJob[]> {
  return listLiveJobs(db, tasks, [subject]);
}

/** Those of some subjects, such as notifications, that one of the tasks waits or runs for, or is about to be given up. */
export async function findLiveSubjects(
  { db }: { db: Queryable },
  { tasks, subjects }: { tasks: readonly string[]; subjects: readonly (string | JobSubject)[] },
): Promise<ReadonlySet<string>> {
  if (subjects.length === 0) return new Set();
  const wanted = subjects.map((subject) => (typeof subject === 'string' ? { subject } : subject));
  const live = await listLiveJobs(db, tasks, wanted);
  const names = wanted.map(({ subject }) => subject);
  return new Set([...live.map(({ subject }) => subject), ...(await listSubjectsGivenUp(db, tasks, names))]);
}

/** What waits in the queues, by queue. */
export async function queueDepths({ db }: { db: Queryable }): Promise<QueueDepth[]> {
  return readQueueDepths(db);
}
