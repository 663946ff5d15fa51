import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import { insertVersioned, updateVersioned } from '../db/versioned.ts';
import type { ProcessType, Template, TemplateType } from './template.ts';

interface TemplateRow {
  id: string;
  service_id: string;
  name: string;
  template_type: TemplateType;
  content: string;
  subject: string | null;
  archived: boolean;
  hidden: boolean;
  process_type: ProcessType;
  postage: string | null;
  service_letter_contact_id: string | null;
  letter_attachment_id: string | null;
  has_unsubscribe_link: boolean;
  version: number;
  created_by_id: string;
  created_at: Date;
  updated_at: Date | null;
}

// Columns are named: a prepared `SELECT *` fails in running processes as soon as a migration adds a column.
const columns = `id, service_id, name, template_type, content, subject, archived, hidden, process_type, postage,
  service_letter_contact_id, letter_attachment_id, has_unsubscribe_link, version, created_by_id, created_at, updated_at`;

/** Inserts version 1, its history row and the redaction row that every template has. */
export async function insertTemplate(
  tx: Queryable,
  template: Omit<Template, 'version' | 'updatedAt'>,
): Promise<Template> {
  const row = await insertVersioned<TemplateRow>(tx, 'templates', {
    id: template.id,
    service_id: template.serviceId,
    name: template.name,
    template_type: template.templateType,
    content: template.content,
    subject: template.subject,
    archived: template.archived,
    hidden: template.hidden,
    process_type: template.processType,
    postage: template.postage,
    service_letter_contact_id: template.letterContactId,
    letter_attachment_id: template.letterAttachmentId,
    letter_languages: template.templateType === 'letter' ? 'english' : null,
    has_unsubscribe_link: template.hasUnsubscribeLink,
    created_by_id: template.createdById,
    created_at: template.createdAt,
  });
  await tx.query(SQL`INSERT INTO template_redacted (template_id, redact_personalisation, updated_at, updated_by_id)
    VALUES (${template.id}, false, ${template.createdAt}, ${template.createdById})`);
  return toTemplate(row);
}

/** The changes a template can take; each save is a new version. */
export type TemplateChanges = Partial<
  Pick<
    Template,
    | 'name'
    | 'content'
    | 'subject'
    | 'archived'
    | 'processType'
    | 'postage'
    | 'letterContactId'
    | 'letterAttachmentId'
    | 'hasUnsubscribeLink'
    | 'createdById'
  >
>;

const columnOf = {
  name: 'name',
  content: 'content',
  subject: 'subject',
  archived: 'archived',
  processType: 'process_type',
  postage: 'postage',
  letterContactId: 'service_letter_contact_id',
  letterAttachmentId: 'letter_attachment_id',
  hasUnsubscribeLink: 'has_unsubscribe_link',
  createdById: 'created_by_id',
} as const satisfies Record<keyof TemplateChanges, string>;

export async function updateTemplate(
  tx: Queryable,
  id: string,
  changes: TemplateChanges,
  at: Date,
): Promise<Template | null> {
  const columns = Object.fromEntries(
    Object.entries(changes).map(([field, value]) => [columnOf[field as keyof TemplateChanges], value]),
  );
  const row = await updateVersioned<TemplateRow>(tx, 'templates', id, columns, at);
  return row === null ? null : toTemplate(row);
}

/** A template by id alone, its row locked until the transaction ends: changes of one template follow each other. */
export async function lockTemplate(tx: Queryable, id: string): Promise<Template | null> {
  const { rows } = await tx.query<TemplateRow>({
    text: `SELECT ${columns} FROM templates WHERE id = $1 FOR NO KEY UPDATE`,
    values: [id],
  });
  return rows[0] === undefined ? null : toTemplate(rows[0]);
}

/** The newest version of a service's template; hidden ones are not found. */
export async function findServiceTemplate(db: Queryable, serviceId: string, id: string): Promise<Template | null> {
  const { rows } = await db.query<TemplateRow>({
    name: 'find_service_template',
    text: `SELECT ${columns} FROM templates WHERE id = $2 AND service_id = $1 AND NOT hidden`,
    values: [serviceId, id],
  });
  return rows[0] === undefined ? null : toTemplate(rows[0]);
}

/** A template by id alone, for operators. */
export async function findTemplate(db: Queryable, id: string): Promise<Template | null> {
  const { rows } = await db.query<TemplateRow>(SQL`SELECT * FROM templates WHERE id = ${id}`);
  return rows[0] === undefined ? null : toTemplate(rows[0]);
}

/** One version of a service's template as it was. */
export async function findTemplateVersion(
  db: Queryable,
  serviceId: string,
  id: string,
  version: number,
): Promise<Template | null> {
  const { rows } = await db.query<TemplateRow>({
    name: 'find_template_version',
    text: `SELECT ${columns} FROM templates_history WHERE id = $2 AND version = $3 AND service_id = $1`,
    values: [serviceId, id, version],
  });
  return rows[0] === undefined ? null : toTemplate(rows[0]);
}

export async function listServiceTemplates(
  db: Queryable,
  serviceId: string,
  filter: { templateType: TemplateType | null; archived: boolean },
): Promise<Template[]> {
  const { rows } = await db.query<TemplateRow>(SQL`SELECT * FROM templates
    WHERE service_id = ${serviceId} AND NOT hidden AND (${filter.archived} OR NOT archived)
      AND (${filter.templateType}::template_type IS NULL OR template_type = ${filter.templateType})
    ORDER BY name, template_type`);
  return rows.map(toTemplate);
}

/** All versions of a template, the newest first. */
export async function listVersions(db: Queryable, serviceId: string, id: string): Promise<Template[]> {
  const { rows } = await db.query<TemplateRow>({
    text: `SELECT ${columns} FROM templates_history WHERE id = $2 AND service_id = $1 ORDER BY version DESC`,
    values: [serviceId, id],
  });
  return rows.map(toTemplate);
}

/** What is not archived of a service's templates, hidden ones included. */
export async function listUnarchivedTemplates(db: Queryable, serviceId: string): Promise<Template[]> {
  const { rows } = await db.query<TemplateRow>({
    text: `SELECT ${columns} FROM templates WHERE service_id = $1 AND NOT archived ORDER BY name, id`,
    values: [serviceId],
  });
  return rows.map(toTemplate);
}

/** The templates of a service with this letter contact, archived ones included. */
export async function listTemplatesWithLetterContact(
  db: Queryable,
  serviceId: string,
  letterContactId: string,
): Promise<Template[]> {
  const { rows } = await db.query<TemplateRow>({
    text: `SELECT ${columns} FROM templates WHERE service_id = $1 AND service_letter_contact_id = $2 ORDER BY id`,
    values: [serviceId, letterContactId],
  });
  return rows.map(toTemplate);
}

/** True when shown copies of sent messages hide their values. */
export async function isRedacted(db: Queryable, templateId: string): Promise<boolean> {
  const { rows } = await db.query<{ redacted: boolean }>(SQL`SELECT redact_personalisation AS redacted
    FROM template_redacted WHERE template_id = ${templateId}`);
  return rows[0]?.redacted ?? false;
}

/** Hides values from now on; no version, and no way back. False when it was so already. */
export async function setRedacted(tx: Queryable, templateId: string, userId: string, at: Date): Promise<boolean> {
  const { rowCount } = await tx.query(SQL`UPDATE template_redacted
    SET redact_personalisation = true, updated_at = ${at}, updated_by_id = ${userId}
    WHERE template_id = ${templateId} AND NOT redact_personalisation`);
  return rowCount === 1;
}

function toTemplate(row: TemplateRow): Template {
  return {
    id: row.id,
    serviceId: row.service_id,
    name: row.name,
    templateType: row.template_type,
    content: row.content,
    subject: row.subject,
    archived: row.archived,
    hidden: row.hidden,
    processType: row.process_type,
    postage: row.postage,
    letterContactId: row.service_letter_contact_id,
    letterAttachmentId: row.letter_attachment_id,
    hasUnsubscribeLink: row.has_unsubscribe_link,
    version: row.version,
    createdById: row.created_by_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
