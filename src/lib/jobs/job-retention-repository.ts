import { SQL } from 'sql-template-strings';
import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { TemplateType } from '../templates/template.ts';

/** A job whose file is to be removed. */
export interface ExpiredJob {
  readonly id: string;
  readonly serviceId: string;
}

const defaultRetentionDays = 7;

/**
 * Jobs of these types that are not archived and whose day is further back than their service keeps messages of the type,
 * in the order of their ids.
 *
 * @param today the present UTC day
 * @param after the last id that was seen
 */
export async function listExpiredJobs(
  db: Queryable,
  input: { types: readonly TemplateType[]; today: CalendarDate; after: string | null; limit: number },
): Promise<ExpiredJob[]> {
  const { rows } = await db.query<ExpiredJob>(SQL`SELECT j.id, j.service_id AS "serviceId"
    FROM jobs j JOIN templates t ON t.id = j.template_id
    LEFT JOIN service_data_retention r ON r.service_id = j.service_id AND r.notification_type::text = t.template_type::text
    WHERE NOT j.archived AND j.created_at < ${input.today}::date AND t.template_type = ANY(${input.types}::template_type[])
      AND coalesce(j.scheduled_for, j.created_at)
        < ${input.today}::date - coalesce(r.days_of_retention, ${defaultRetentionDays})
      AND (${input.after}::uuid IS NULL OR j.id > ${input.after})
    ORDER BY j.id LIMIT ${input.limit}`);
  return rows;
}

/** Takes note that the file of a job is gone. */
export async function setArchived(db: Queryable, id: string, at: Date): Promise<void> {
  await db.query(SQL`UPDATE jobs SET archived = true, updated_at = ${at} WHERE id = ${id} AND NOT archived`);
}

/** Marks jobs that were created in [start, end), at most `limit` of them. Returns how many. */
export async function archiveCreatedBetween(
  db: Queryable,
  { start, end, at, limit }: { start: Date; end: Date; at: Date; limit: number },
): Promise<number> {
  const { rowCount } = await db.query(SQL`UPDATE jobs SET archived = true, updated_at = ${at} WHERE id IN (
    SELECT id FROM jobs WHERE created_at >= ${start} AND created_at < ${end} AND NOT archived
    LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED)`);
  return rowCount ?? 0;
}

/** How many of them are not archived yet. */
export async function countCreatedBetween(db: Queryable, start: Date, end: Date): Promise<number> {
  const { rows } = await db.query<{ count: number }>(SQL`SELECT count(*) FROM jobs
    WHERE created_at >= ${start} AND created_at < ${end} AND NOT archived`);
  return rows[0]!.count;
}
