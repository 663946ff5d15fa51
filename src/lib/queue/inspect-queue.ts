import type { Clock } from '../core/clock.ts';
import type { Queryable } from '../db/database.ts';
import {
  listDeadJobs,
  listDueJobs,
  listStaleJobs,
  readSchedulerAge,
  type JobGroup,
} from './queue-health-repository.ts';
import { listProgress } from './schedule-repository.ts';
import { overdueTick } from './schedule.ts';

export type { JobGroup };

/** A task of the schedule that has not run when it should have. */
export interface OverdueTask {
  readonly task: string;
  readonly dueAt: Date;
  /** Null = it never ended well. */
  readonly lastRunAt: Date | null;
}

export interface QueueHealth {
  /** Jobs whose worker died, still waiting to be taken over. */
  readonly stale: readonly JobGroup[];
  /** Jobs that could run now. */
  readonly due: readonly JobGroup[];
  /** Jobs whose workers died again and again. */
  readonly dead: readonly JobGroup[];
  /** Seconds since the last tick of any scheduler; null = never. */
  readonly schedulerAge: number | null;
  /** Tasks whose last good run is too old, whoever is to blame. */
  readonly overdue: readonly OverdueTask[];
}

/** Looks at the queue for signs of missing or dying workers. */
export async function inspectQueue({ db, clock }: { db: Queryable; clock: Clock }): Promise<QueueHealth> {
  return {
    stale: await listStaleJobs(db),
    due: await listDueJobs(db),
    dead: await listDeadJobs(db),
    schedulerAge: await readSchedulerAge(db),
    overdue: await listOverdueTasks(db, clock.now()),
  };
}

async function listOverdueTasks(db: Queryable, now: Date): Promise<OverdueTask[]> {
  return (await listProgress(db)).flatMap((progress) => {
    const dueAt = overdueTick(progress, now);
    return dueAt === null ? [] : [{ task: progress.task, dueAt, lastRunAt: progress.lastRunAt }];
  });
}
