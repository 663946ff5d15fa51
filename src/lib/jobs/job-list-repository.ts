import { SQL, type SQLStatement } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import { selectJobs, toJob, type JobRow } from './job-repository.ts';
import { hiddenFileNames, type Job } from './job.ts';

export interface JobListFilter {
  readonly serviceId: string;
  /** Empty = every status; unknown ones match nothing. */
  readonly statuses: readonly string[];
  readonly createdSince: Date | null;
  readonly contactListId: string | null;
}

export interface Slice {
  readonly limit: number;
  readonly offset: number;
}

/** Jobs of a service: those that have not begun first, then the latest begun. */
export async function listJobsOfService(db: Queryable, filter: JobListFilter, slice: Slice): Promise<Job[]> {
  const statement = SQL``.append(selectJobs);
  appendFilter(statement, filter);
  statement.append(SQL` ORDER BY j.processing_started DESC NULLS FIRST, j.created_at DESC, j.id
    LIMIT ${slice.limit} OFFSET ${slice.offset}`);
  const { rows } = await db.query<JobRow>(statement);
  return rows.map(toJob);
}

/** How many jobs a list holds on all its pages. */
export async function countJobsOfService(db: Queryable, filter: JobListFilter): Promise<number> {
  const statement = SQL`SELECT count(*) AS count FROM jobs j`;
  appendFilter(statement, filter);
  const { rows } = await db.query<{ count: number }>(statement);
  return rows[0]!.count;
}

function appendFilter(statement: SQLStatement, filter: JobListFilter): void {
  const { serviceId, statuses, createdSince, contactListId } = filter;
  statement.append(
    SQL` WHERE j.service_id = ${serviceId} AND j.original_file_name <> ALL (${[...hiddenFileNames]}::text[])`,
  );
  if (statuses.length > 0) statement.append(SQL` AND j.job_status = ANY(${[...statuses]}::text[])`);
  if (createdSince !== null) statement.append(SQL` AND j.created_at >= ${createdSince}`);
  if (contactListId !== null) statement.append(SQL` AND j.contact_list_id = ${contactListId}`);
}

export interface ScheduledJobs {
  readonly count: number;
  readonly soonest: Date | null;
}

/** How many jobs of a service wait for their time, and the soonest of these times. */
export async function summariseScheduledJobs(db: Queryable, serviceId: string): Promise<ScheduledJobs> {
  const { rows } = await db.query<ScheduledJobs>(SQL`SELECT count(*) AS count, min(scheduled_for) AS soonest
    FROM jobs WHERE service_id = ${serviceId} AND job_status = 'scheduled'`);
  return rows[0]!;
}
