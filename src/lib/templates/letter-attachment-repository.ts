import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { LetterAttachment } from './letter-attachment.ts';

export async function insertLetterAttachment(tx: Queryable, attachment: LetterAttachment): Promise<void> {
  const { id, serviceId, originalFilename, pageCount, createdById, createdAt } = attachment;
  await tx.query(SQL`INSERT INTO letter_attachment (id, service_id, original_filename, page_count, created_by_id, created_at)
    VALUES (${id}, ${serviceId}, ${originalFilename}, ${pageCount}, ${createdById}, ${createdAt})`);
}

/** Notes that no template has it any more. */
export async function archiveLetterAttachment(
  tx: Queryable,
  { serviceId, id, archivedById, at }: { serviceId: string; id: string; archivedById: string; at: Date },
): Promise<void> {
  await tx.query(SQL`UPDATE letter_attachment SET archived_by_id = ${archivedById}, archived_at = ${at}
    WHERE id = ${id} AND service_id = ${serviceId} AND archived_at IS NULL`);
}

/** An attachment of this service, archived or not. */
export async function findLetterAttachment(
  db: Queryable,
  serviceId: string,
  id: string,
): Promise<LetterAttachment | null> {
  const { rows } = await db.query<LetterAttachment>(SQL`SELECT id, service_id AS "serviceId",
      original_filename AS "originalFilename", page_count AS "pageCount", created_by_id AS "createdById",
      created_at AS "createdAt"
    FROM letter_attachment WHERE id = ${id} AND service_id = ${serviceId}`);
  return rows[0] ?? null;
}
