import type { Queryable } from '../db/database.ts';
import type { PrintedParts } from './template.ts';

/** What else is printed of one version of a letter template of a service; null when there is no such version. */
export async function findLetterParts(
  db: Queryable,
  { serviceId, templateId, version }: { serviceId: string; templateId: string; version: number },
): Promise<PrintedParts | null> {
  const { rows } = await db.query<{
    contact_block: string | null;
    letter_welsh_subject: string | null;
    letter_welsh_content: string | null;
    letter_attachment_id: string | null;
    logo_id: string | null;
  }>({
    name: 'find_letter_parts',
    text: `SELECT c.contact_block, t.letter_welsh_subject, t.letter_welsh_content, t.letter_attachment_id, l.id AS logo_id
      FROM templates_history t
      LEFT JOIN service_letter_logo l ON l.service_id = t.service_id
      LEFT JOIN service_letter_contacts c ON c.id = t.service_letter_contact_id AND c.service_id = t.service_id
      WHERE t.id = $2 AND t.version = $3 AND t.service_id = $1`,
    values: [serviceId, templateId, version],
  });
  const [row] = rows;
  if (row === undefined) return null;
  return {
    contactBlock: row.contact_block,
    welshSubject: row.letter_welsh_subject,
    welshContent: row.letter_welsh_content,
    attachmentId: row.letter_attachment_id,
    logoId: row.logo_id,
  };
}

/** The id of the hidden template of a service's precompiled letters. */
export async function findPrecompiledTemplateId(db: Queryable, serviceId: string): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>({
    text: `SELECT id FROM templates WHERE service_id = $1 AND hidden AND template_type = 'letter'`,
    values: [serviceId],
  });
  return rows[0]?.id ?? null;
}
