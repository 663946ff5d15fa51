import { SQL } from 'sql-template-strings';
import type { ReturnedLetter } from '../callbacks/callback-payload.ts';
import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';

/** Notes letters that came back; returns the ids of those that nobody had reported before. */
export async function insertReturnedLetters(
  tx: Queryable,
  ids: readonly string[],
  { reportedAt, at }: { reportedAt: CalendarDate; at: Date },
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(SQL`INSERT INTO returned_letters
      (notification_id, service_id, reported_at, created_at)
    SELECT l.id, l.service_id, ${reportedAt}, ${at} FROM (
      SELECT id, service_id FROM notifications WHERE id = ANY(${[...ids]}::uuid[])
      UNION SELECT id, service_id FROM notification_history WHERE id = ANY(${[...ids]}::uuid[])) l
    ON CONFLICT (notification_id) DO NOTHING RETURNING notification_id AS id`);
  return rows.map(({ id }) => id);
}

/** What a service is told of letters that came back. */
export async function listReturnedLetters(tx: Queryable, ids: readonly string[]): Promise<ReturnedLetter[]> {
  const source = (table: string): string => `SELECT id, service_id, client_reference, created_at, template_id,
    template_version, created_by_id, job_id, job_row_number FROM ${table} WHERE id = ANY($1::uuid[])`;
  const { rows } = await tx.query<ReturnedLetter>({
    text: `SELECT l.id AS "notificationId", l.service_id AS "serviceId", l.client_reference AS "clientReference",
        l.created_at AS "createdAt", u.email_address AS "sentByEmailAddress", t.hidden AS "isPrecompiled",
        t.name AS "templateName", l.template_id AS "templateId", l.template_version AS "templateVersion",
        j.original_file_name AS "spreadsheetFileName", l.job_row_number + 2 AS "spreadsheetRowNumber",
        CASE WHEN t.hidden AND l.created_by_id IS NOT NULL THEN l.client_reference END AS "uploadLetterFileName"
      FROM (SELECT DISTINCT ON (id) * FROM (${source('notifications')} UNION ALL ${source('notification_history')}) a) l
      JOIN templates_history t ON t.id = l.template_id AND t.version = l.template_version
      LEFT JOIN users u ON u.id = l.created_by_id
      LEFT JOIN jobs j ON j.id = l.job_id`,
    values: [ids],
  });
  return rows;
}
