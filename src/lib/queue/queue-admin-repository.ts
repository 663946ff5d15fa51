import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import { bundleTask, jobsOfRowSql } from './bundle.ts';
import { queueDatabaseSchema as schema, type JobData } from './queue-database.ts';
import { deadLetterQueue, type QueueName } from './queues.ts';

/** The jobs of one queue, by what they are doing; those of bundles count singly. */
export interface QueueState {
  readonly queue: QueueName;
  /** Could run now. */
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  /** Of the active ones, those whose worker has given no sign of life for a minute. */
  readonly stale: number;
  /** Ended by the queue without a retry left. */
  readonly failed: number;
  /** Given up, and kept for `notify queue retry`. */
  readonly deadLetters: number;
  /** Since when the oldest runnable job waits. */
  readonly oldestDue: Date | null;
}

/** Seconds without a sign of life after which a worker counts as dead; a living one gives one every ten. */
export const staleSeconds = 60;

const lastSign = `COALESCE(heartbeat_on, started_on)`;
const isDeadLetter = `name = '${deadLetterQueue}' AND state IN ('created', 'retry', 'failed', 'completed')`;

export async function readQueueStates(db: Queryable, queues: readonly QueueName[]): Promise<QueueState[]> {
  const { rows } = await db.query<QueueState>({
    text: `SELECT queue,
        coalesce(sum(jobs) FILTER (WHERE own AND state < 'active' AND start_after <= now()), 0)::int AS waiting,
        coalesce(sum(jobs) FILTER (WHERE own AND state < 'active' AND start_after > now()), 0)::int AS delayed,
        coalesce(sum(jobs) FILTER (WHERE own AND state = 'active'), 0)::int AS active,
        coalesce(sum(jobs) FILTER (WHERE own AND state = 'active' AND sign + $2 * interval '1 second' < now()), 0)::int AS stale,
        coalesce(sum(jobs) FILTER (WHERE own AND state = 'failed'), 0)::int AS failed,
        coalesce(sum(jobs) FILTER (WHERE NOT own), 0)::int AS "deadLetters",
        min(start_after) FILTER (WHERE own AND state < 'active' AND start_after <= now()) AS "oldestDue"
      FROM (
        SELECT name AS queue, true AS own, state, start_after, ${lastSign} AS sign, ${jobsOfRowSql} AS jobs FROM ${schema}.job
        WHERE name = ANY($1::text[]) AND (state <= 'active' OR state = 'failed')
        UNION ALL
        SELECT source_name, false, state, start_after, ${lastSign}, ${jobsOfRowSql} FROM ${schema}.job
        WHERE ${isDeadLetter} AND source_name = ANY($1::text[])
      ) AS counted GROUP BY queue`,
    values: [queues, staleSeconds],
  });
  return rows;
}

/** A job whose worker is gone. */
export interface LockedJob {
  readonly queue: QueueName;
  readonly task: string;
  readonly subject: string;
}

const isStale = (queues: readonly QueueName[], seconds: number): ReturnType<typeof SQL> =>
  SQL`name = ANY(${[...queues]}::text[]) AND state = 'active'
    AND COALESCE(heartbeat_on, started_on) + ${seconds} * interval '1 second' < now()`;

export async function listLockedJobs(
  db: Queryable,
  { queues, seconds }: { queues: readonly QueueName[]; seconds: number },
): Promise<LockedJob[]> {
  const statement = SQL`SELECT name AS queue, data ->> 'task' AS task, data ->> 'subject' AS subject FROM `
    .append(`${schema}.job WHERE `)
    .append(isStale(queues, seconds))
    .append(' ORDER BY started_on');
  return (await db.query<LockedJob>(statement)).rows;
}

/**
 * Hands such jobs to whoever comes next. When they began stays noted: their next claim then counts as another one, and
 * what the old worker says about them, should it live after all, is not heard.
 */
export async function unlockJobs(
  db: Queryable,
  { queues, seconds }: { queues: readonly QueueName[]; seconds: number },
): Promise<LockedJob[]> {
  const statement = SQL`UPDATE `
    .append(`${schema}.job SET state = 'retry', start_after = now(), heartbeat_on = NULL WHERE `)
    .append(isStale(queues, seconds))
    .append(` RETURNING name AS queue, data ->> 'task' AS task, data ->> 'subject' AS subject`);
  return (await db.query<LockedJob>(statement)).rows;
}

/** A job that was given up. */
export interface DeadLetter {
  readonly id: string;
  readonly queue: QueueName;
  readonly data: JobData;
}

export interface DeadLetterFilter {
  readonly queues: readonly QueueName[];
  /** Null = every task. */
  readonly task: string | null;
  readonly limit: number | null;
}

/** Those that were given up, oldest first; with `lock`, under row locks and without those that someone else holds. */
export async function listDeadLetters(
  tx: Queryable,
  { queues, task, limit }: DeadLetterFilter,
  { lock }: { lock: boolean },
): Promise<DeadLetter[]> {
  const statement = SQL`SELECT id, source_name AS queue, data FROM `.append(`${schema}.job WHERE ${isDeadLetter}`)
    .append(SQL` AND source_name = ANY(${[...queues]}::text[]) AND (${task}::text IS NULL OR data ->> 'task' = ${task}
        OR (data ->> 'task' = ${bundleTask} AND data #>> '{args,task}' = ${task}))
      ORDER BY created_on, id LIMIT ${limit}`);
  if (lock) statement.append(' FOR UPDATE SKIP LOCKED');
  return (await tx.query<DeadLetter>(statement)).rows;
}

/** Ends dead letters whose work is queued again. */
export async function cancelDeadLetters(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.query(
    SQL`UPDATE `
      .append(`${schema}.job SET state = 'cancelled', completed_on = now() WHERE name = '${deadLetterQueue}'`)
      .append(SQL` AND id = ANY(${[...ids]}::uuid[])`),
  );
}
