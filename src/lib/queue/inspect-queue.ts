import type { Queryable } from '../db/database.ts';
import {
  listDeadJobs,
  listDueJobs,
  listStaleJobs,
  readSchedulerAge,
  type JobGroup,
} from './queue-health-repository.ts';

export type { JobGroup };

export interface QueueHealth {
  /** Jobs whose worker died, still waiting to be taken over. */
  readonly stale: readonly JobGroup[];
  /** Jobs that could run now. */
  readonly due: readonly JobGroup[];
  /** Jobs whose workers died again and again. */
  readonly dead: readonly JobGroup[];
  /** Seconds since the last tick of any scheduler; null = never. */
  readonly schedulerAge: number | null;
}

/** Looks at the queue for signs of missing or dying workers. */
export async function inspectQueue({ db }: { db: Queryable }): Promise<QueueHealth> {
  return {
    stale: await listStaleJobs(db),
    due: await listDueJobs(db),
    dead: await listDeadJobs(db),
    schedulerAge: await readSchedulerAge(db),
  };
}
