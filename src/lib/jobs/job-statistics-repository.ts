import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { StatusCount } from './job-statistics.ts';

export type JobStatusCount = StatusCount & { readonly jobId: string };

/** Notifications of jobs by status, as they are now. */
export async function countNotificationsOfJobs(db: Queryable, jobIds: readonly string[]): Promise<JobStatusCount[]> {
  const { rows } = await db.query<JobStatusCount>(SQL`SELECT job_id AS "jobId", notification_status AS status,
      count(*) AS count
    FROM notifications WHERE job_id = ANY(${[...jobIds]}::uuid[])
    GROUP BY job_id, notification_status ORDER BY job_id, notification_status`);
  return rows;
}

/** What the facts say of jobs: an entry for each of their rows. */
export async function listFactsOfJobs(db: Queryable, jobIds: readonly string[]): Promise<JobStatusCount[]> {
  // The condition of the index of jobs has to be said, or it is not used.
  const { rows } = await db.query<JobStatusCount>(SQL`SELECT job_id AS "jobId", notification_status AS status,
      notification_count AS count
    FROM ft_notification_status
    WHERE job_id = ANY(${[...jobIds]}::uuid[]) AND job_id <> '00000000-0000-0000-0000-000000000000'
    ORDER BY job_id, notification_status, bst_date`);
  return rows;
}

/** How many notifications of a job there are. */
export async function countNotificationsOfJob(db: Queryable, jobId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    SQL`SELECT count(*) AS count FROM notifications WHERE job_id = ${jobId}`,
  );
  return rows[0]!.count;
}
