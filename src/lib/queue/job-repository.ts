import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { bundleTask, jobsOfRowSql, subjectsOfBundles } from './bundle.ts';
import type { BundlePlace } from './new-job.ts';
import { queueDatabaseSchema, type JobData } from './queue-database.ts';
import { deadLetterQueue, queueNames, type QueueName } from './queues.ts';

/** A job that waits or runs, on its own or in a bundle. */
export interface LiveJob {
  readonly queue: QueueName;
  readonly task: string;
  readonly subject: string;
  readonly attempt: number;
  readonly state: 'created' | 'retry' | 'active';
  readonly startAfter: Date;
  readonly createdAt: Date;
  /** In a bundle, whose state is given; it may be done already. */
  readonly isBundled: boolean;
}

/** What jobs may be about. */
export interface JobSubject {
  readonly subject: string;
  /** Where a job about it stands, if that may be in a bundle. */
  readonly bundle?: BundlePlace;
}

/** The live jobs of some tasks about some subjects, oldest first. */
export async function listLiveJobs(
  db: Queryable,
  tasks: readonly string[],
  subjects: readonly JobSubject[],
): Promise<LiveJob[]> {
  const keys = tasks.flatMap((task) => subjects.map(({ subject }) => `${task}:${subject}`));
  const places = subjects.flatMap(({ bundle }) => bundle ?? []);
  // Both halves are looked up in the index that keeps such jobs unique.
  const isLive = `name = ANY($1::text[]) AND state <= 'active' AND policy = 'exclusive' AND COALESCE(singleton_key, '')`;
  const { rows } = await db.query<LiveJob>({
    text: `SELECT name AS queue, data ->> 'task' AS task, data ->> 'subject' AS subject, (data ->> 'attempt')::int AS attempt,
        state, start_after AS "startAfter", created_on AS "createdAt", false AS "isBundled"
      FROM ${queueDatabaseSchema}.job WHERE ${isLive} = ANY($2::text[])
      UNION ALL
      SELECT name, data #>> '{args,task}', bundled, 1, state, start_after, created_on, true
      FROM ${queueDatabaseSchema}.job, jsonb_array_elements_text(data #> '{args,subjects}') AS bundled
      WHERE ${isLive} = ANY($3::text[])
        AND data #>> '{args,task}' = ANY($4::text[]) AND bundled = ANY($5::text[])
      ORDER BY "createdAt"`,
    values: [
      [...queueNames],
      keys,
      subjectsOfBundles(places).map((subject) => `${bundleTask}:${subject}`),
      tasks,
      subjects.map(({ subject }) => subject),
    ],
  });
  return rows;
}

/** Those of the subjects that a job of one of the tasks was about that is going to be given up. */
export async function listSubjectsGivenUp(
  db: Queryable,
  tasks: readonly string[],
  subjects: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query<{ subject: string }>({
    // This queue is next to empty.
    text: `SELECT data ->> 'subject' AS subject FROM ${queueDatabaseSchema}.job
      WHERE name = $1 AND state <= 'active' AND data ->> 'task' = ANY($2::text[]) AND data ->> 'subject' = ANY($3::text[])
      UNION SELECT bundled
      FROM ${queueDatabaseSchema}.job, jsonb_array_elements_text(data #> '{args,subjects}') AS bundled
      WHERE name = $1 AND state <= 'active' AND data ->> 'task' = $4
        AND data #>> '{args,task}' = ANY($2::text[]) AND bundled = ANY($3::text[])`,
    values: [deadLetterQueue, tasks, subjects, bundleTask],
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
  /** As the database writes it. Tells this claim from one that follows a crash of the database that forgot this one. */
  readonly startedOn: string;
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
      RETURNING id, retry_count AS "retryCount", started_on::text AS "startedOn", data`,
    values: [queue, limit],
  });
  return rows;
}

/**
 * Keeps a claim until the end of the transaction.
 *
 * @throws AppError LOCKED when it is lost
 */
export async function requireClaim(
  tx: Queryable,
  queue: string,
  { id, retryCount, startedOn }: ClaimedJob,
): Promise<void> {
  const { rows } = await tx.query({
    text: `SELECT FROM ${table} WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3
        AND started_on = $4::timestamptz FOR SHARE`,
    values: [queue, id, retryCount, startedOn],
  });
  if (rows.length === 0) throw claimLost();
}

export function claimLost(): AppError {
  return new AppError('LOCKED', 'The claim on the job was lost while it ran; whoever claimed it next decides');
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
      coalesce(sum(${jobsOfRowSql}) FILTER (WHERE state < 'active' AND start_after <= now()), 0)::int AS ready,
      coalesce(sum(${jobsOfRowSql}) FILTER (WHERE state < 'active' AND start_after > now()), 0)::int AS delayed,
      coalesce(sum(${jobsOfRowSql}) FILTER (WHERE state = 'active'), 0)::int AS active,
      min(start_after) FILTER (WHERE state < 'active' AND start_after <= now()) AS oldest_due
    FROM ${queueDatabaseSchema}.job WHERE state <= 'active' AND name NOT LIKE '\\_\\_pgboss%' GROUP BY name ORDER BY name`);
  return rows.map(({ oldest_due, ...depth }) => ({ ...depth, oldestDue: oldest_due }));
}
