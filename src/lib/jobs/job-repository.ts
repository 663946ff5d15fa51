import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { TemplateType } from '../templates/template.ts';
import { canMoveJob } from './job-status.ts';
import type { Job, JobStatus } from './job.ts';

export interface JobRow {
  id: string;
  original_file_name: string;
  service_id: string;
  service_name: string;
  template_id: string;
  template_version: number;
  template_name: string;
  template_type: TemplateType;
  created_at: Date;
  updated_at: Date | null;
  notification_count: number;
  processing_started: Date | null;
  processing_finished: Date | null;
  created_by_id: string;
  created_by_name: string;
  scheduled_for: Date | null;
  job_status: JobStatus;
  archived: boolean;
  contact_list_id: string | null;
  rows_handed_on: number;
}

/** Reads jobs as `JobRow`; conditions are about `j`, the joined template is `t`. */
export const selectJobs = `SELECT j.id, j.original_file_name, j.service_id, s.name AS service_name, j.template_id,
    j.template_version, t.name AS template_name, t.template_type, j.created_at, j.updated_at, j.notification_count,
    j.processing_started, j.processing_finished, j.created_by_id, u.name AS created_by_name, j.scheduled_for, j.job_status,
    j.archived, j.contact_list_id, j.rows_handed_on
  FROM jobs j JOIN services s ON s.id = j.service_id JOIN templates t ON t.id = j.template_id
  JOIN users u ON u.id = j.created_by_id`;

/** What a new job is stored with. */
export type NewJobRow = Pick<
  Job,
  | 'id'
  | 'originalFileName'
  | 'serviceId'
  | 'templateId'
  | 'templateVersion'
  | 'createdAt'
  | 'notificationCount'
  | 'scheduledFor'
  | 'contactListId'
> & { readonly status: 'pending' | 'scheduled'; readonly createdById: string };

/** @throws a unique violation when the upload is a job already; a foreign key violation for unknown ids */
export async function insertJob(tx: Queryable, job: NewJobRow): Promise<void> {
  await tx.query(SQL`INSERT INTO jobs (id, original_file_name, service_id, template_id, template_version, created_at,
      notification_count, created_by_id, scheduled_for, job_status, contact_list_id)
    VALUES (${job.id}, ${job.originalFileName}, ${job.serviceId}, ${job.templateId}, ${job.templateVersion},
      ${job.createdAt}, ${job.notificationCount}, ${job.createdById}, ${job.scheduledFor}, ${job.status},
      ${job.contactListId})`);
}

/** A job by id, of one service when that is given; null when there is none. */
export async function findJob(db: Queryable, id: string, serviceId: string | null = null): Promise<Job | null> {
  const { rows } = await db.query<JobRow>({
    name: 'find_job',
    text: `${selectJobs} WHERE j.id = $1 AND ($2::uuid IS NULL OR j.service_id = $2)`,
    values: [id, serviceId],
  });
  return rows[0] === undefined ? null : toJob(rows[0]);
}

/** Likewise, its row locked until the transaction ends: who stores rows of a job, or moves it, holds this lock. */
export async function lockJob(tx: Queryable, id: string, serviceId: string | null = null): Promise<Job | null> {
  const { rows } = await tx.query<JobRow>({
    name: 'lock_job',
    text: `${selectJobs} WHERE j.id = $1 AND ($2::uuid IS NULL OR j.service_id = $2) FOR NO KEY UPDATE OF j`,
    values: [id, serviceId],
  });
  return rows[0] === undefined ? null : toJob(rows[0]);
}

/** Locks scheduled jobs that are due, the earliest first, and passes over those that another scheduler holds. */
export async function lockDueJobs(tx: Queryable, now: Date, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(SQL`SELECT id FROM jobs
    WHERE job_status = 'scheduled' AND scheduled_for < ${now} ORDER BY scheduled_for, id LIMIT ${limit}
    FOR NO KEY UPDATE SKIP LOCKED`);
  return rows.map(({ id }) => id);
}

/** Jobs whose work, or whose turn, began in this time and did not get on (jobs sheet §6, check-job-status). */
export async function listStuckJobs(db: Queryable, from: Date, to: Date): Promise<{ id: string; status: JobStatus }[]> {
  const { rows } = await db.query<{ id: string; status: JobStatus }>(SQL`SELECT id, job_status AS status FROM jobs
    WHERE (job_status = 'in progress' AND processing_started BETWEEN ${from} AND ${to})
      OR (job_status = 'pending' AND scheduled_for BETWEEN ${from} AND ${to})
    ORDER BY id`);
  return rows;
}

/** When a job began or ended; what is left out stays. */
export interface JobMove {
  readonly processingStarted?: Date;
  readonly processingFinished?: Date;
}

/**
 * The one place that changes the status of jobs. True when the job was in `from`.
 *
 * @throws RangeError for a move that is not in the table of the jobs sheet §2
 */
export async function moveJob(
  tx: Queryable,
  id: string,
  { from, to, at, ...move }: JobMove & { readonly from: JobStatus; readonly to: JobStatus; readonly at: Date },
): Promise<boolean> {
  if (!canMoveJob(from, to)) throw new RangeError(`No job goes from '${from}' to '${to}'`);
  const { rowCount } = await tx.query(SQL`UPDATE jobs SET job_status = ${to}, updated_at = ${at},
      processing_started = coalesce(${move.processingStarted ?? null}, processing_started),
      processing_finished = coalesce(${move.processingFinished ?? null}, processing_finished)
    WHERE id = ${id} AND job_status = ${from}`);
  return rowCount === 1;
}

/**
 * Moves the checkpoint of a job that is in progress, provided that it stands at `from`, and holds the job's lock. False
 * when another worker moved it, or the job is in progress no more: then nothing may be stored.
 */
export async function advanceJob(tx: Queryable, id: string, from: number, to: number): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'advance_job',
    text: `UPDATE jobs SET rows_handed_on = $3 WHERE id = $1 AND rows_handed_on = $2 AND job_status = 'in progress'`,
    values: [id, from, to],
  });
  return rowCount === 1;
}

/** Rows that other jobs of this service and type in progress still have to hand on. */
export async function countRowsUnderWay(
  tx: Queryable,
  { id, serviceId, templateType }: Pick<Job, 'id' | 'serviceId' | 'templateType'>,
): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(SQL`
    SELECT coalesce(sum(greatest(j.notification_count - j.rows_handed_on, 0)), 0)::bigint AS count
    FROM jobs j JOIN templates t ON t.id = j.template_id
    WHERE j.job_status = 'in progress' AND j.service_id = ${serviceId} AND t.template_type = ${templateType}
      AND j.id <> ${id}`);
  return rows[0]!.count;
}

/** True for a contact list of this service, archived or not. */
export async function contactListExists(db: Queryable, serviceId: string, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    SQL`SELECT 1 FROM service_contact_list WHERE id = ${id} AND service_id = ${serviceId}`,
  );
  return rowCount === 1;
}

export function toJob(row: JobRow): Job {
  return {
    id: row.id,
    originalFileName: row.original_file_name,
    serviceId: row.service_id,
    serviceName: row.service_name,
    templateId: row.template_id,
    templateVersion: row.template_version,
    templateName: row.template_name,
    templateType: row.template_type,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    notificationCount: row.notification_count,
    processingStarted: row.processing_started,
    processingFinished: row.processing_finished,
    createdBy: { id: row.created_by_id, name: row.created_by_name },
    scheduledFor: row.scheduled_for,
    status: row.job_status,
    archived: row.archived,
    contactListId: row.contact_list_id,
    rowsHandedOn: row.rows_handed_on,
  };
}
