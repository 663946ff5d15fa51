import { PgBoss } from 'pg-boss';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Queryable } from '../db/database.ts';
import { bundleJobs } from './bundle.ts';
import { insertJobs, toJobRows, type InsertedJob, type JobRows } from './insert-jobs.ts';
import { toJobData, type NewJob } from './new-job.ts';
import { queueDatabaseSchema } from './queue-database.ts';
import type { QueueName } from './queues.ts';

export type { NewJob };

/** The queue as use cases see it. */
export interface JobQueue {
  /**
   * Inserts jobs inside the caller's transaction: they exist when it commits, and only then.
   *
   * With `leaveLive`, a job whose work is waiting or running already is left to that other job; only for callers that do
   * not hold that other job themselves.
   *
   * @throws AppError QUEUE_REFUSED_JOB when a live job with the same queue, task and subject exists. The insert itself
   *   would skip such a job silently, and the work would be lost.
   */
  enqueue(tx: Queryable, jobs: readonly NewJob[] | PreparedJobs, options?: { leaveLive?: boolean }): Promise<void>;
}

/** Jobs in the form in which they are sent to the database, made ahead of the transaction that inserts them. */
export interface PreparedJobs {
  readonly ofQueues: readonly { readonly queue: QueueName; readonly jobs: readonly NewJob[]; readonly rows: JobRows }[];
}

export interface BossOptions {
  url: string;
  poolSize: number;
  applicationName: string;
  /** Looks after dead workers, finished jobs and statistics; for processes that run workers. */
  supervise: boolean;
  onError: (error: Error) => void;
}

/** The pg-boss of a process, for those who only hand it on. */
export type Boss = PgBoss;

/** A pg-boss of the process. Its schema is made by `notify db migrate`, never here. */
export function createBoss(options: BossOptions): PgBoss {
  const boss = new PgBoss({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.poolSize,
    schema: queueDatabaseSchema,
    migrate: false,
    createSchema: false,
    supervise: options.supervise,
    // Ticks are passed on by our own scheduler, which loses none.
    schedule: false,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    maintenanceIntervalSeconds: 60,
    options: '-c timezone=UTC -c plan_cache_mode=force_custom_plan',
  });
  boss.on('error', options.onError);
  return boss;
}

/** The queue of a process. */
export function createJobQueue({ ids }: { readonly ids: Pick<Ids, 'uuid'> }): JobQueue {
  return {
    async enqueue(tx, jobs, { leaveLive = false } = {}) {
      const { ofQueues } = 'ofQueues' in jobs ? jobs : prepareJobs({ ids }, jobs);
      for (const { queue, jobs: group, rows } of ofQueues) {
        const count = await insertJobs(tx, queue, rows);
        if (count !== group.length && !leaveLive) throw refusal(queue, group, count);
      }
    },
  };
}

/** Does what can be done of `enqueue` without the database. */
export function prepareJobs({ ids }: { readonly ids: Pick<Ids, 'uuid'> }, jobs: readonly NewJob[]): PreparedJobs {
  const jobsOfQueue = Map.groupBy(jobs, ({ queue }) => queue);
  return {
    ofQueues: Array.from(jobsOfQueue, ([queue, group]) => {
      const bundled = bundleJobs(group);
      return { queue, jobs: bundled, rows: toJobRows(ids, bundled.map(toInsertedJob)) };
    }),
  };
}

function toInsertedJob(job: NewJob): InsertedJob {
  const { task, subject, delay = 0, priority = 0 } = job;
  return { data: toJobData(job), singletonKey: `${task}:${subject}`, delay: Math.max(delay, 0), priority };
}

function refusal(queue: QueueName, jobs: readonly NewJob[], count: number): AppError {
  return new AppError(
    'QUEUE_REFUSED_JOB',
    `${jobs.length - count} of ${jobs.length} jobs were not stored in the queue '${queue}'`,
    {
      hint: 'A job for the same task and subject is waiting or running already.',
      details: { queue, tasks: [...new Set(jobs.map(({ task }) => task))] },
    },
  );
}

/** Lets pg-boss run its statements on the caller's transaction. */
export function transactionAdapter(tx: Queryable): {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
} {
  return { executeSql: (text, values) => tx.query(values === undefined ? { text } : { text, values }) };
}

/** The same for one statement that is run again and again: planning it takes longer than running it. */
export function preparedAdapter(tx: Queryable, name: string): ReturnType<typeof transactionAdapter> {
  return { executeSql: (text, values = []) => tx.query({ name, text, values }) };
}

/** Stands in where no queue was set up: forgetting the queue must be loud, not a lost message. */
export const missingQueue: JobQueue = {
  enqueue: async (_tx, jobs) => {
    const [first] = 'ofQueues' in jobs ? jobs.ofQueues.flatMap((prepared) => prepared.jobs) : jobs;
    throw new AppError('QUEUE_MISSING', `Job '${first?.task ?? '?'}' was enqueued in a process that has no queue`);
  },
};
