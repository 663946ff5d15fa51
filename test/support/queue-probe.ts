/** Looks into the queue of a test database, behind the product's back. */
import type { App } from '../../src/lib/app.ts';
import type { Queryable } from '../../src/lib/db/database.ts';
import type { JobData } from '../../src/lib/queue/queue-database.ts';
import { waitFor } from './wait.ts';

export interface StoredJob extends JobData {
  readonly id: string;
  readonly queue: string;
  readonly state: 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed';
  /** Seconds from its insert until it may run. */
  readonly delay: number;
  readonly retryCount: number;
}

/** All jobs that the database holds, finished ones included, in the order of their insert. */
export async function storedJobs(db: Queryable): Promise<StoredJob[]> {
  const { rows } = await db.query<Omit<StoredJob, keyof JobData> & { data: JobData }>(`
    SELECT id, name AS queue, state, data, retry_count AS "retryCount",
           round(extract(epoch FROM start_after - created_on))::int AS delay
    FROM pgboss.job WHERE name NOT LIKE '\\_\\_pgboss%' ORDER BY created_on, (data ->> 'attempt')::int`);
  return rows.map(({ data, ...job }) => ({ ...job, ...data }));
}

/** Waits until no job waits or runs, delayed ones included. */
export async function queuesToBeEmpty(db: Queryable): Promise<void> {
  await waitFor(
    async () => (await storedJobs(db)).every(({ state }) => !['created', 'retry', 'active'].includes(state)),
    {
      what: 'the queues to be empty',
    },
  );
}

/** Lets the time of delayed jobs come, or of one of them: nobody waits five minutes for a retry. */
export async function makeJobsDue(db: Queryable, jobId: string | null = null): Promise<void> {
  await db.query({
    text: `UPDATE pgboss.job SET start_after = now()
      WHERE state IN ('created', 'retry') AND start_after > now() AND ($1::uuid IS NULL OR id = $1)`,
    values: [jobId],
  });
}

/**
 * Lets the workers of all running jobs look dead: none has given a sign of life for an hour. What looks after the queue
 * then notices without delay.
 */
export async function letWorkersDie({ db, boss }: Pick<App, 'db' | 'boss'>): Promise<void> {
  await db.query(`UPDATE pgboss.job SET heartbeat_on = now() - interval '1 hour' WHERE state = 'active'`);
  await superviseNow({ db, boss });
}

/** Runs the queue's own upkeep, which otherwise has its intervals. */
export async function superviseNow({ db, boss }: Pick<App, 'db' | 'boss'>): Promise<void> {
  await db.query(`UPDATE pgboss.queue SET monitor_on = NULL, monitor_claim_on = NULL, maintain_on = NULL`);
  await boss.supervise();
}

/** From now on keeps what is put into the queues: what is done leaves them at once. */
export async function rememberJobs(db: Queryable): Promise<void> {
  await db.query(`CREATE TABLE remembered_jobs (n serial, queue text, data jsonb);
    CREATE FUNCTION remember_job() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO remembered_jobs (queue, data) VALUES (NEW.name, NEW.data); RETURN NEW; END $$;
    CREATE TRIGGER remember_job BEFORE INSERT ON pgboss.job_common FOR EACH ROW EXECUTE FUNCTION remember_job()`);
}

/** The jobs that were put into the queues since `rememberJobs`, oldest first. */
export async function jobsPutInto(db: Queryable): Promise<(JobData & { readonly queue: string })[]> {
  const { rows } = await db.query<{ queue: string; data: JobData }>(
    'SELECT queue, data FROM remembered_jobs ORDER BY n',
  );
  return rows.map(({ queue, data }) => ({ ...data, queue }));
}
