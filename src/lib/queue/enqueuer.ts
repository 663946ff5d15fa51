import type { Database } from '../db/database.ts';
import { createGroupCommit } from '../db/group-commit.ts';
import type { JobQueue, NewJob } from './job-queue.ts';

/** Queues jobs that stand on their own: those that arrive together share one transaction. */
export interface Enqueuer {
  /** Resolves when the job is committed. One whose work is waiting or running already is left to that other job. */
  add(job: NewJob): Promise<void>;
}

const batchSize = 100;

/** The enqueuer of a process (`db/group-commit.ts`). */
export function createEnqueuer({ db, queue }: { db: Database; queue: JobQueue }): Enqueuer {
  const group = createGroupCommit<NewJob, undefined>({
    batchSize,
    async run(jobs) {
      await db.transaction((tx) => queue.enqueue(tx, jobs, { leaveLive: true }));
      return jobs.map(() => undefined);
    },
  });
  return { add: (job) => group.add(job) };
}
