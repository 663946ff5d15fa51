import type { Queryable } from '../db/database.ts';
import { jobsOfRowSql } from './bundle.ts';
import { queueDatabaseSchema as schema } from './queue-database.ts';
import { deadLetterQueue } from './queues.ts';

/** Jobs of one queue that have something in common, those of bundles singly. Ages are by the database's clock. */
export interface JobGroup {
  readonly queue: string;
  readonly count: number;
  /** Seconds since it began, for the oldest. */
  readonly oldest: number;
}

const ownQueue = `name NOT LIKE '\\_\\_pgboss%'`;

/** Running jobs whose worker has given no sign of life for much longer than a living one would. */
export async function listStaleJobs(db: Queryable): Promise<JobGroup[]> {
  const lastSign = `COALESCE(heartbeat_on, started_on)`;
  return listGroups(
    db,
    lastSign,
    `state = 'active' AND ${lastSign} + 3 * COALESCE(heartbeat_seconds, expire_seconds) * interval '1 second' < now()`,
  );
}

/** Jobs that could run now, by queue, those of dead workers excluded. */
export async function listDueJobs(db: Queryable): Promise<JobGroup[]> {
  return listGroups(db, 'start_after', `state < 'active' AND start_after <= now() AND name <> '${deadLetterQueue}'`);
}

/** Jobs whose workers died again and again (in the dead letter queue), and those given up for good (elsewhere). */
export async function listDeadJobs(db: Queryable): Promise<JobGroup[]> {
  return listGroups(db, 'created_on', `(name = '${deadLetterQueue}' AND state <= 'active') OR state = 'failed'`);
}

async function listGroups(db: Queryable, since: string, condition: string): Promise<JobGroup[]> {
  const { rows } = await db.query<{ queue: string; count: number; oldest: number }>(`
    SELECT name AS queue, sum(${jobsOfRowSql})::int AS count, extract(epoch FROM now() - min(${since}))::float8 AS oldest
    FROM ${schema}.job WHERE ${ownQueue} AND (${condition}) GROUP BY name ORDER BY 3 DESC`);
  return rows;
}

/** Seconds since a scheduler last passed a tick on; null when none ever did. Some task has one every minute. */
export async function readSchedulerAge(db: Queryable): Promise<number | null> {
  const { rows } = await db.query<{ age: number | null }>(
    `SELECT extract(epoch FROM (now() AT TIME ZONE 'UTC') - max(ticks_until))::float8 AS age FROM schedule_runs`,
  );
  return rows[0]?.age ?? null;
}
