import type { Queryable } from '../db/database.ts';
import { bundleTask } from './bundle.ts';
import { queueDatabaseSchema as schema } from './queue-database.ts';

/** What is kept of a waiting job; everything else is the queue's to decide where the job is stored next. */
const columns = ['id', 'name', 'priority', 'data', 'singleton_key', 'start_after', 'created_on'];

// The library's own jobs announce clock ticks and mean nothing elsewhere.
const liveJobs = `FROM ${schema}.job WHERE state <= 'active' AND name NOT LIKE '\\_\\_pgboss%'`;

/** For `COPY … TO`: every job that waits or runs. */
export const liveJobSource = `(SELECT ${columns.join(', ')} ${liveJobs} ORDER BY created_on, id)`;

export async function countLiveJobs(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(`SELECT count(*) AS count ${liveJobs}`);
  return rows[0]?.count ?? 0;
}

const stagingTable = 'pg_temp.transferred_job';

/** For `COPY … FROM`, once the staging table is made. */
export const jobStagingTarget = `${stagingTable} (${columns.join(', ')})`;

/** Makes the table into which jobs are read first; it goes with the transaction. */
export async function createJobStagingTable(tx: Queryable): Promise<void> {
  await tx.query(`CREATE TEMPORARY TABLE transferred_job (id uuid, name text, priority integer, data jsonb, singleton_key text,
    start_after timestamptz, created_on timestamptz) ON COMMIT DROP`);
}

/** Forgets staged runs of scheduled tasks that this database has waiting already; returns how many. */
export async function dropStagedDuplicates(tx: Queryable): Promise<number> {
  const { rowCount } = await tx.query(`DELETE FROM ${stagingTable} staged USING ${schema}.job live
    WHERE live.name = staged.name AND live.singleton_key = staged.singleton_key AND live.state <= 'active'
      AND staged.data ->> 'subject' = 'schedule'`);
  return rowCount ?? 0;
}

/**
 * Moves the staged jobs into the queue as waiting ones, with the settings that their queues have here. Bundles count as handed
 * out before, so that they are taken apart: they may have been at work, and have left retries.
 */
export async function insertStagedJobs(tx: Queryable): Promise<number> {
  const { rowCount } = await tx.query(`
    INSERT INTO ${schema}.job (id, name, priority, data, singleton_key, start_after, created_on, state, retry_count, keep_until, policy,
      retry_limit, retry_delay, retry_backoff, retry_delay_max, expire_seconds, deletion_seconds, heartbeat_seconds, dead_letter)
    SELECT j.id, j.name, j.priority, j.data, j.singleton_key, j.start_after, j.created_on, 'created',
      CASE WHEN j.data ->> 'task' = '${bundleTask}' THEN 1 ELSE 0 END,
      GREATEST(j.start_after, now()) + q.retention_seconds * interval '1 second', q.policy,
      q.retry_limit, q.retry_delay, q.retry_backoff, q.retry_delay_max, q.expire_seconds, q.deletion_seconds,
      q.heartbeat_seconds, q.dead_letter
    FROM ${stagingTable} j JOIN ${schema}.queue q USING (name)`);
  return rowCount ?? 0;
}
