import type { Ids } from '../core/ids.ts';
import { arrayLiteral } from '../db/array-literal.ts';
import type { Queryable } from '../db/database.ts';
import { newsChannel, queueDatabaseSchema, type JobData } from './queue-database.ts';
import type { QueueName } from './queues.ts';

/** A job as it is stored. */
export interface InsertedJob {
  readonly data: JobData;
  /** At most one live job of a queue has this key. */
  readonly singletonKey: string;
  /** Seconds from now, not negative. */
  readonly delay: number;
  readonly priority: number;
}

/** Jobs as the values of the statement that inserts them. */
export interface JobRows {
  readonly lists: readonly string[];
  readonly isAnyDue: boolean;
}

export function toJobRows(ids: Pick<Ids, 'uuid'>, jobs: readonly InsertedJob[]): JobRows {
  return {
    lists: [
      // Ids in the order of time: random ones would be spread over the whole index.
      arrayLiteral(jobs.map(() => ids.uuid())),
      arrayLiteral(jobs.map(({ data }) => JSON.stringify(data))),
      arrayLiteral(jobs.map(({ singletonKey }) => singletonKey)),
      arrayLiteral(jobs.map(({ priority }) => priority)),
      arrayLiteral(jobs.map(({ delay }) => delay)),
    ],
    isAnyDue: jobs.some(({ delay }) => delay === 0),
  };
}

/**
 * Inserts jobs into one queue, with its settings, and tells the workers of those that could run now
 * (`docs/adr/0019-jobs-inserted-by-a-statement-of-our-own.md`). Passes over jobs whose key a live job holds.
 *
 * @returns how many were stored
 */
export async function insertJobs(tx: Queryable, queue: QueueName, { lists, isAnyDue }: JobRows): Promise<number> {
  const { rows } = await tx.query<{ inserted: number }>({
    name: 'insert_jobs',
    text: insertSql,
    values: [queue, ...lists, isAnyDue, newsChannel],
  });
  return rows[0]!.inserted;
}

const insertSql = `WITH inserted AS (
    INSERT INTO ${queueDatabaseSchema}.job_common (id, name, data, singleton_key, priority, start_after, keep_until, policy,
      retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, deletion_seconds, heartbeat_seconds, dead_letter)
    SELECT job.id, q.name, job.data::jsonb, job.key, job.priority, now() + job.delay * interval '1s',
      now() + (job.delay + q.retention_seconds) * interval '1s', q.policy,
      q.retry_limit, q.retry_delay, q.retry_backoff, q.retry_delay_max, q.expire_seconds, q.deletion_seconds, q.heartbeat_seconds, q.dead_letter
    FROM ${queueDatabaseSchema}.queue q,
      unnest($2::uuid[], $3::text[], $4::text[], $5::int[], $6::float8[]) AS job (id, data, key, priority, delay)
    WHERE q.name = $1
    ON CONFLICT (name, COALESCE(singleton_key, '')) WHERE state <= 'active' AND policy = 'exclusive' DO NOTHING
    RETURNING id)
  SELECT count(*)::int AS inserted, (SELECT pg_notify($8::text, $1::text) WHERE $7::boolean) FROM inserted`;
