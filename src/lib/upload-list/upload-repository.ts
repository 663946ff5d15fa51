import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { TemplateType } from '../templates/template.ts';
import type { Upload } from './upload.ts';

export interface UploadListQuery {
  readonly serviceId: string;
  /** Names of files that are in no list. */
  readonly hiddenFileNames: readonly string[];
  /** The first time that is kept, by type of message. */
  readonly keptSince: Readonly<Record<TemplateType, Date>>;
  readonly createdSince: Date | null;
  /** Days of printing: the letters made in [from, to) are printed at `to`. */
  readonly printDays: readonly { readonly from: Date; readonly to: Date }[];
  readonly limit: number;
  readonly offset: number;
}

/**
 * A page of what a service uploaded, with the number of all of it. Letters are those without a key whose template is the
 * hidden one, which is what a PDF from the site has.
 */
export async function listUploadsOfService(
  db: Queryable,
  query: UploadListQuery,
): Promise<{ uploads: Upload[]; total: number }> {
  const { serviceId, hiddenFileNames, keptSince, createdSince, printDays, limit, offset } = query;
  const { rows } = await db.query<Upload & { total: number }>(SQL`WITH uploads AS (
      SELECT j.id, 'job' AS "uploadType", j.original_file_name AS "originalFileName",
        j.notification_count AS "notificationCount", t.template_type::text AS "templateType",
        coalesce(j.scheduled_for, j.created_at) AS "shownAt", j.processing_started AS "processingStarted", j.created_at
      FROM jobs j JOIN templates t ON t.id = j.template_id
      WHERE j.service_id = ${serviceId} AND j.job_status NOT IN ('cancelled', 'scheduled')
        AND j.original_file_name <> ALL (${[...hiddenFileNames]}::text[]) AND j.contact_list_id IS NULL
        AND coalesce(j.processing_started, j.created_at) >= CASE t.template_type::text
          WHEN 'sms' THEN ${keptSince.sms}::timestamp WHEN 'email' THEN ${keptSince.email}::timestamp
          ELSE ${keptSince.letter}::timestamp END
        AND (${createdSince}::timestamp IS NULL OR j.created_at >= ${createdSince})
      UNION ALL
      SELECT NULL, 'letter_day', 'Uploaded letters', l.count, 'letter', d.printed_at, d.printed_at, d.printed_at
      FROM unnest(${printDays.map(({ from }) => from)}::timestamp[], ${printDays.map(({ to }) => to)}::timestamp[])
        AS d (made_from, printed_at)
      CROSS JOIN LATERAL (SELECT count(*)::integer AS count FROM notifications n
        WHERE n.service_id = ${serviceId} AND n.key_type = 'normal' AND n.created_at >= d.made_from
          AND n.created_at < d.printed_at AND n.created_at >= ${keptSince.letter}
          AND (${createdSince}::timestamp IS NULL OR n.created_at >= ${createdSince})
          AND n.api_key_id IS NULL AND n.notification_type = 'letter' AND n.notification_status <> 'cancelled'
          AND n.template_id IN (SELECT id FROM templates
            WHERE service_id = ${serviceId} AND hidden AND template_type = 'letter')) l
      WHERE l.count > 0)
    SELECT *, (SELECT count(*) FROM uploads) AS total FROM uploads
    ORDER BY "processingStarted" DESC NULLS FIRST, created_at DESC, id LIMIT ${limit} OFFSET ${offset}`);
  return { uploads: rows, total: rows[0]?.total ?? 0 };
}
