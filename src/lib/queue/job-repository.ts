import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import { queueDatabaseSchema, type JobData } from './job-queue.ts';
import { deadLetterQueue, queueNames, type QueueName } from './queues.ts';

/** A job that waits or runs. */
export interface LiveJob {
  readonly queue: QueueName;
  readonly task: string;
  readonly attempt: number;
  readonly state: 'created' | 'retry' | 'active';
  readonly startAfter: Date;
  readonly createdAt: Date;
}

/** The live jobs of some tasks about one subject. */
export async function listLiveJobs(db: Queryable, tasks: readonly string[], subject: string): Promise<LiveJob[]> {
  const statement = SQL`SELECT name AS queue, data, state, start_after, created_on FROM `.append(
    `${queueDatabaseSchema}.job`,
  )
    .append(SQL` WHERE name = ANY(${[...queueNames]}::text[]) AND COALESCE(singleton_key, '') = ANY(${tasks.map((task) => `${task}:${subject}`)}::text[])
      AND state <= 'active' AND policy = 'exclusive' ORDER BY created_on`);
  const { rows } = await db.query<{
    queue: QueueName;
    data: JobData;
    state: LiveJob['state'];
    start_after: Date;
    created_on: Date;
  }>(statement);
  return rows.map(({ queue, data, state, start_after, created_on }) => ({
    queue,
    task: data.task,
    attempt: data.attempt,
    state,
    startAfter: start_after,
    createdAt: created_on,
  }));
}

/** Those of the subjects that one of the tasks is live for, a job about to be given up included. */
export async function listLiveSubjects(
  db: Queryable,
  tasks: readonly string[],
  subjects: readonly string[],
): Promise<string[]> {
  const keys = tasks.flatMap((task) => subjects.map((subject) => `${task}:${subject}`));
  const { rows } = await db.query<{ subject: string }>({
    // The first half is looked up in the index that keeps such jobs unique; the second queue is next to empty.
    text: `SELECT data ->> 'subject' AS subject FROM ${queueDatabaseSchema}.job
      WHERE name = ANY($1::text[]) AND COALESCE(singleton_key, '') = ANY($2::text[])
        AND state <= 'active' AND policy = 'exclusive'
      UNION SELECT data ->> 'subject' FROM ${queueDatabaseSchema}.job
      WHERE name = $3 AND state <= 'active' AND data ->> 'task' = ANY($4::text[]) AND data ->> 'subject' = ANY($5::text[])`,
    values: [[...queueNames], keys, deadLetterQueue, tasks, subjects],
  });
  return rows.map(({ subject }) => subject);
}

export interface QueueDepth {
  readonly queue: string;
  /** Jobs that could run now. */
  readonly ready: number;
  readonly delayed: number;
  readonly active: number;
  /** Since when the oldest runnable job waits. */
  readonly oldestDue: Date | null;
}

/** How much waits in each queue that holds anything. Reads live jobs only. */
export async function readQueueDepths(db: Queryable): Promise<QueueDepth[]> {
  const { rows } = await db.query<{
    queue: string;
    ready: number;
    delayed: number;
    active: number;
    oldest_due: Date | null;
  }>(`
    SELECT name AS queue,
      count(*) FILTER (WHERE state < 'active' AND start_after <= now()) AS ready,
      count(*) FILTER (WHERE state < 'active' AND start_after > now()) AS delayed,
      count(*) FILTER (WHERE state = 'active') AS active,
      min(start_after) FILTER (WHERE state < 'active' AND start_after <= now()) AS oldest_due
    FROM ${queueDatabaseSchema}.job WHERE state <= 'active' AND name NOT LIKE '\\_\\_pgboss%' GROUP BY name ORDER BY name`);
  return rows.map(({ oldest_due, ...depth }) => ({ ...depth, oldestDue: oldest_due }));
}
