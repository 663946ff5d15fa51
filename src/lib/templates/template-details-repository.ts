import type { Queryable } from '../db/database.ts';
import type { TemplateDetails } from './template-details.ts';
import type { TemplateType } from './template.ts';

interface TemplateDetailsRow {
  id: string;
  name: string;
  template_type: TemplateType;
  content: string;
  subject: string | null;
  has_unsubscribe_link: boolean;
  version: number;
  postage: string | null;
  created_at: Date;
  updated_at: Date | null;
  created_by_email: string;
  contact_block: string | null;
  letter_welsh_subject: string | null;
  letter_welsh_content: string | null;
}

/** Hidden templates are not found. */
const selectFrom = (table: 'templates' | 'templates_history'): string => `
  SELECT t.id, t.name, t.template_type, t.content, t.subject, t.has_unsubscribe_link, t.version, t.postage, t.created_at,
    t.updated_at, u.email_address AS created_by_email, c.contact_block, t.letter_welsh_subject,
    t.letter_welsh_content
  FROM ${table} t
  JOIN users u ON u.id = t.created_by_id
  LEFT JOIN service_letter_contacts c ON c.id = t.service_letter_contact_id AND c.service_id = t.service_id
  WHERE t.service_id = $1 AND NOT t.hidden`;

/** The newest version of a service's template, archived or not. */
export async function findTemplateDetails(
  db: Queryable,
  serviceId: string,
  id: string,
): Promise<TemplateDetails | null> {
  const { rows } = await db.query<TemplateDetailsRow>({
    name: 'find_template_details',
    text: `${selectFrom('templates')} AND t.id = $2`,
    values: [serviceId, id],
  });
  return rows[0] === undefined ? null : toTemplateDetails(rows[0]);
}

/** One version of a service's template as it was. */
export async function findTemplateVersionDetails(
  db: Queryable,
  serviceId: string,
  id: string,
  version: number,
): Promise<TemplateDetails | null> {
  const { rows } = await db.query<TemplateDetailsRow>({
    name: 'find_template_version_details',
    text: `${selectFrom('templates_history')} AND t.id = $2 AND t.version = $3`,
    values: [serviceId, id, version],
  });
  return rows[0] === undefined ? null : toTemplateDetails(rows[0]);
}

/** The templates of a service that are not archived, by name, then type. */
export async function listTemplateDetails(
  db: Queryable,
  serviceId: string,
  templateType: TemplateType | null,
): Promise<TemplateDetails[]> {
  const { rows } = await db.query<TemplateDetailsRow>({
    name: 'list_template_details',
    text: `${selectFrom('templates')} AND NOT t.archived AND ($2::template_type IS NULL OR t.template_type = $2)
      ORDER BY t.name, t.template_type, t.id`,
    values: [serviceId, templateType],
  });
  return rows.map(toTemplateDetails);
}

function toTemplateDetails(row: TemplateDetailsRow): TemplateDetails {
  return {
    id: row.id,
    name: row.name,
    templateType: row.template_type,
    content: row.content,
    subject: row.subject,
    hasUnsubscribeLink: row.has_unsubscribe_link,
    version: row.version,
    postage: row.postage,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdByEmail: row.created_by_email,
    contactBlock: row.contact_block,
    welshSubject: row.letter_welsh_subject,
    welshContent: row.letter_welsh_content,
  };
}
