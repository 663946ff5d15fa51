import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import { queueDatabaseSchema, type JobData } from './queue-database.ts';
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

/** Those of the queues in which a job could run now. Costs the same however many wait. */
export async function listDueQueues<Name extends string>(db: Queryable, queues: readonly Name[]): Promise<Name[]> {
  const { rows } = await db.query<{ queue: Name }>({
    name: 'list_due_queues',
    text: `SELECT queue FROM unnest($1::text[]) AS given (queue) WHERE EXISTS (SELECT FROM ${queueDatabaseSchema}.job
      WHERE name = queue AND state < 'active' AND NOT blocked AND start_after <= now())`,
    values: [queues],
  });
  return rows.map(({ queue }) => queue);
}

/** A job that a worker claimed. The queue's count of claims tells this claim from later ones. */
export interface ClaimedJob {
  readonly id: string;
  readonly retryCount: number;
  readonly data: JobData;
}

// Rows are found first and changed by their place: joined instead, all jobs of a queue would be read whenever the planner
// takes it for empty, as it was when it was last analysed.
const table = `${queueDatabaseSchema}.job_common`;

/** Claims jobs that could run now, of higher priority first, then oldest first, as pg-boss itself does. */
export async function claimJobs(db: Queryable, queue: string, limit: number): Promise<ClaimedJob[]> {
  const { rows } = await db.query<ClaimedJob>({
    name: 'claim_jobs',
    text: `UPDATE ${table} SET state = 'active', started_on = now(), heartbeat_on = now(),
        retry_count = CASE WHEN started_on IS NULL THEN retry_count ELSE retry_count + 1 END
      WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table}
        WHERE name = $1 AND state < 'active' AND NOT blocked AND start_after <= now()
        ORDER BY priority DESC, created_on LIMIT $2 FOR UPDATE SKIP LOCKED))
      RETURNING id, retry_count AS "retryCount", data`,
    values: [queue, limit],
  });
  return rows;
}

/** Deletes jobs whose claims still hold. */
export async function deleteClaimedJobs(db: Queryable, queue: string, jobs: readonly ClaimedJob[]): Promise<void> {
  const statement = {
    name: 'delete_claimed_jobs',
    text: `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
        SELECT (SELECT ctid FROM ${table} WHERE name = $1 AND id = claim.id AND state = 'active' AND retry_count = claim.retry_count)
        FROM unnest($2::uuid[], $3::int[]) AS claim (id, retry_count)))`,
    values: [queue, jobs.map(({ id }) => id), jobs.map(({ retryCount }) => retryCount)],
  };
  const { rowCount } = await db.query(statement);
  // A sign of life that is given at the same moment moves the row to another place.
  if ((rowCount ?? 0) < jobs.length) await db.query(statement);
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
