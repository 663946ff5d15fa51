import { SQL } from 'sql-template-strings';
import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { ReportedLetter, ReturnedLetterDay } from './returned-letter.ts';

/** How many letters of a service were reported on each day, the newest first; since a day, where that is given. */
export async function countReturnedLetters(
  db: Queryable,
  { serviceId, since = null }: { serviceId: string; since?: CalendarDate | null },
): Promise<ReturnedLetterDay[]> {
  const { rows } = await db.query<ReturnedLetterDay>(SQL`
    SELECT reported_at::text AS "reportedAt", count(*)::integer AS count FROM returned_letters
    WHERE service_id = ${serviceId} AND (${since}::date IS NULL OR reported_at >= ${since}::date)
    GROUP BY reported_at ORDER BY reported_at DESC`);
  return rows;
}

/** The day of a service's newest report, if there is one. */
export async function findNewestReport(db: Queryable, serviceId: string): Promise<CalendarDate | null> {
  const { rows } = await db.query<{ day: CalendarDate | null }>(
    SQL`SELECT max(reported_at)::text AS day FROM returned_letters WHERE service_id = ${serviceId}`,
  );
  return rows[0]!.day;
}

/** The letters of a service that were reported on a day and are still known, the newest first. */
export async function listReportedLetters(
  db: Queryable,
  { serviceId, reportedAt }: { serviceId: string; reportedAt: CalendarDate },
): Promise<ReportedLetter[]> {
  const source = (table: string): string => `SELECT n.id, n.client_reference, n.created_at, n.api_key_id, n.template_id,
      n.template_version, n.created_by_id, n.job_id, n.job_row_number
    FROM returned_letters r JOIN ${table} n ON n.id = r.notification_id
    WHERE r.service_id = $1 AND r.reported_at = $2::date`;
  const { rows } = await db.query<ReportedLetter>({
    text: `SELECT l.id AS "notificationId", l.client_reference AS "clientReference", l.created_at AS "createdAt",
        l.api_key_id IS NOT NULL AS "isFromApi", t.hidden AS "isPrecompiled", l.template_id AS "templateId",
        l.template_version AS "templateVersion", t.name AS "templateName", u.name AS "userName",
        u.email_address AS "emailAddress", j.original_file_name AS "originalFileName", l.job_row_number AS "jobRowNumber"
      FROM (SELECT DISTINCT ON (id) * FROM (
          ${source('notifications')} UNION ALL ${source('notification_history')}) both_tables) l
      JOIN templates_history t ON t.id = l.template_id AND t.version = l.template_version
      LEFT JOIN users u ON u.id = l.created_by_id
      LEFT JOIN jobs j ON j.id = l.job_id
      ORDER BY l.created_at DESC, l.id DESC`,
    values: [serviceId, reportedAt],
  });
  return rows;
}
