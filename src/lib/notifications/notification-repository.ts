import { SQL } from 'sql-template-strings';
import type { KeyType } from '../api-keys/api-key.ts';
import { parseJson, type JsonObject } from '../core/json.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { personalisationContext, type Notification, type NotificationType } from './notification.ts';
import type { NotificationStatus } from './notification-status.ts';

export interface NotificationRow {
  id: string;
  to: string;
  normalised_to: string | null;
  job_id: string | null;
  job_row_number: number | null;
  service_id: string;
  template_id: string;
  template_version: number;
  api_key_id: string | null;
  key_type: KeyType;
  billable_units: number;
  notification_type: NotificationType;
  created_at: Date;
  sent_at: Date | null;
  sent_by: string | null;
  updated_at: Date | null;
  notification_status: NotificationStatus;
  reference: string | null;
  client_reference: string | null;
  personalisation: string | null;
  international: boolean;
  phone_prefix: string | null;
  rate_multiplier: number | null;
  created_by_id: string | null;
  reply_to_text: string | null;
  document_download_count: number | null;
  postage: string | null;
  unsubscribe_link: string | null;
}

// Columns are named: a prepared `SELECT *` fails in running processes as soon as a migration adds a column.
export const columnNames = [
  'id',
  '"to"',
  'normalised_to',
  'job_id',
  'job_row_number',
  'service_id',
  'template_id',
  'template_version',
  'api_key_id',
  'key_type',
  'billable_units',
  'notification_type',
  'created_at',
  'sent_at',
  'sent_by',
  'updated_at',
  'notification_status',
  'reference',
  'client_reference',
  'personalisation',
  'international',
  'phone_prefix',
  'rate_multiplier',
  'created_by_id',
  'reply_to_text',
  'document_download_count',
  'postage',
  'unsubscribe_link',
];
export const columns = columnNames.join(', ');

/** What an update of a notification may set. `undefined` leaves a column alone; null clears it. */
export interface NotificationChanges {
  readonly status?: NotificationStatus;
  readonly sentAt?: Date | null;
  readonly sentBy?: string | null;
  readonly reference?: string | null;
  readonly billableUnits?: number;
  readonly to?: string;
  readonly normalisedTo?: string | null;
  readonly international?: boolean;
  readonly postage?: string | null;
}

const columnOf = {
  status: 'notification_status',
  sentAt: 'sent_at',
  sentBy: 'sent_by',
  reference: 'reference',
  billableUnits: 'billable_units',
  to: '"to"',
  normalisedTo: 'normalised_to',
  international: 'international',
  postage: 'postage',
} as const satisfies Record<keyof NotificationChanges, string>;

/**
 * The one place that changes notifications; sets `updated_at`. With `onlyFrom`, changes the row only while its status is
 * one of these: the guard that lets a final status never change again. Returns the row, or null when nothing changed.
 */
export async function updateNotification(
  tx: Queryable,
  secretBox: SecretBox,
  id: string,
  changes: NotificationChanges,
  options: { at: Date; onlyFrom?: readonly NotificationStatus[] },
): Promise<Notification | null> {
  const fields = (Object.keys(changes) as (keyof NotificationChanges)[]).filter(
    (field) => changes[field] !== undefined,
  );
  const assignments = fields.map((field, index) => `${columnOf[field]} = $${index + 4}`);
  // By their numbers: names of statements have 63 characters at most.
  const numbers = fields.map((field) => Object.keys(columnOf).indexOf(field));
  const { rows } = await tx.query<NotificationRow>({
    name: `update_notification_${numbers.join('_')}`,
    text: `UPDATE notifications SET ${['updated_at = $2', ...assignments].join(', ')}
      WHERE id = $1 AND ($3::text[] IS NULL OR notification_status = ANY($3)) RETURNING ${columns}`,
    values: [id, options.at, options.onlyFrom ?? null, ...fields.map((field) => changes[field])],
  });
  return rows[0] === undefined ? null : toNotification(rows[0], secretBox);
}

/** Whether a notification with this id is stored. */
export async function notificationExists(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'notification_exists',
    text: 'SELECT 1 FROM notifications WHERE id = $1',
    values: [id],
  });
  return rowCount === 1;
}

/** A notification whatever its service, for workers and operators. */
export async function findNotification(db: Queryable, secretBox: SecretBox, id: string): Promise<Notification | null> {
  const { rows } = await db.query<NotificationRow>({
    name: 'find_notification',
    text: `SELECT ${columns} FROM notifications WHERE id = $1`,
    values: [id],
  });
  return rows[0] === undefined ? null : toNotification(rows[0], secretBox);
}

/** The id of the notification with this provider reference. */
export async function findNotificationIdByReference(
  db: Queryable,
  type: NotificationType,
  reference: string,
): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>({
    name: 'find_notification_by_reference',
    text: 'SELECT id FROM notifications WHERE reference = $1 AND notification_type = $2',
    values: [reference, type],
  });
  return rows[0]?.id ?? null;
}

/** A notification with what its template said in the version it was made with. */
export interface NotificationWithTemplate extends Notification {
  readonly templateName: string;
  readonly templateContent: string;
  readonly templateSubject: string | null;
  readonly templateHasUnsubscribeLink: boolean;
  readonly createdByName: string | null;
  /** Name of the file that its job was made of; null without a job. */
  readonly jobFileName: string | null;
}

/** What `NotificationWithTemplate` is read from. */
export type RowWithTemplate = NotificationRow & {
  template_name: string;
  template_content: string;
  template_subject: string | null;
  template_has_unsubscribe_link: boolean;
  created_by_name: string | null;
  job_file_name: string | null;
};

const selectWithTemplate = `SELECT ${columnNames.map((name) => `n.${name}`).join(', ')}, t.name AS template_name, t.content AS template_content, t.subject AS template_subject,
    t.has_unsubscribe_link AS template_has_unsubscribe_link, u.name AS created_by_name,
    j.original_file_name AS job_file_name
  FROM notifications n
  JOIN templates_history t ON t.id = n.template_id AND t.version = n.template_version
  LEFT JOIN users u ON u.id = n.created_by_id
  LEFT JOIN jobs j ON j.id = n.job_id`;

export async function findNotificationOfService(
  db: Queryable,
  secretBox: SecretBox,
  serviceId: string,
  id: string,
): Promise<NotificationWithTemplate | null> {
  const { rows } = await db.query<RowWithTemplate>({
    name: 'find_notification_of_service',
    text: `${selectWithTemplate} WHERE n.id = $2 AND n.service_id = $1`,
    values: [serviceId, id],
  });
  return rows[0] === undefined ? null : toNotificationWithTemplate(rows[0], secretBox);
}

/** What a service is told of a notification, without what was sent. */
export type EndedNotification = Pick<
  Notification,
  | 'id'
  | 'serviceId'
  | 'clientReference'
  | 'to'
  | 'status'
  | 'createdAt'
  | 'updatedAt'
  | 'sentAt'
  | 'notificationType'
  | 'templateId'
  | 'templateVersion'
>;

const endedColumns = `id, service_id AS "serviceId", client_reference AS "clientReference", "to",
  notification_status AS status, created_at AS "createdAt", updated_at AS "updatedAt", sent_at AS "sentAt",
  notification_type AS "notificationType", template_id AS "templateId", template_version AS "templateVersion"`;

/**
 * Moves sms and email that providers never reported on to `temporary-failure`; returns them, at most `limit`: in the order
 * of the index, which is then read no further.
 */
export async function timeOutNotifications(
  tx: Queryable,
  input: { createdBefore: Date; at: Date; limit: number },
): Promise<EndedNotification[]> {
  const { rows } = await tx.query<EndedNotification>(
    SQL`UPDATE notifications SET notification_status = 'temporary-failure', updated_at = ${input.at}
    WHERE id IN (SELECT id FROM notifications
      WHERE notification_status IN ('sending', 'pending') AND notification_type IN ('sms', 'email')
        AND created_at < ${input.createdBefore}
      ORDER BY notification_status, notification_type, created_at LIMIT ${input.limit} FOR UPDATE SKIP LOCKED)
    RETURNING `.append(endedColumns),
  );
  return rows;
}

/** What became of some notifications, of one service when that is given. */
export async function listEndedByIds(
  db: Queryable,
  ids: readonly string[],
  serviceId: string | null,
): Promise<EndedNotification[]> {
  const { rows } = await db.query<EndedNotification>({
    text: `SELECT ${endedColumns} FROM notifications
      WHERE id = ANY($1::uuid[]) AND ($2::uuid IS NULL OR service_id = $2)`,
    values: [ids, serviceId],
  });
  return rows;
}

/** What became of the notifications of a service with these references of its own. */
export async function listEndedByReferences(
  db: Queryable,
  references: readonly string[],
  serviceId: string,
): Promise<EndedNotification[]> {
  const { rows } = await db.query<EndedNotification>({
    // Beginnings of references are what is indexed.
    text: `SELECT ${endedColumns} FROM notifications WHERE service_id = $1 AND client_reference IS NOT NULL
      AND left(client_reference, 255) = ANY($3::text[]) AND client_reference = ANY($2::text[])`,
    values: [serviceId, references, references.map((reference) => [...reference].slice(0, 255).join(''))],
  });
  return rows;
}

export function toNotification(row: NotificationRow, secretBox: SecretBox): Notification {
  return {
    id: row.id,
    serviceId: row.service_id,
    notificationType: row.notification_type,
    to: row.to,
    normalisedTo: row.normalised_to,
    templateId: row.template_id,
    templateVersion: row.template_version,
    apiKeyId: row.api_key_id,
    keyType: row.key_type,
    jobId: row.job_id,
    jobRowNumber: row.job_row_number,
    status: row.notification_status,
    reference: row.reference,
    clientReference: row.client_reference,
    personalisation: openPersonalisation(row.personalisation, secretBox),
    billableUnits: row.billable_units,
    international: row.international,
    phonePrefix: row.phone_prefix,
    rateMultiplier: row.rate_multiplier,
    replyToText: row.reply_to_text,
    createdById: row.created_by_id,
    createdAt: row.created_at,
    sentAt: row.sent_at,
    sentBy: row.sent_by,
    updatedAt: row.updated_at,
    postage: row.postage,
    unsubscribeLink: row.unsubscribe_link,
    documentDownloadCount: row.document_download_count,
  };
}

function openPersonalisation(sealed: string | null, secretBox: SecretBox): JsonObject {
  return sealed === null ? {} : (parseJson(secretBox.open(sealed, personalisationContext)) as JsonObject);
}

export function toNotificationWithTemplate(row: RowWithTemplate, secretBox: SecretBox): NotificationWithTemplate {
  return {
    ...toNotification(row, secretBox),
    templateName: row.template_name,
    templateContent: row.template_content,
    templateSubject: row.template_subject,
    templateHasUnsubscribeLink: row.template_has_unsubscribe_link,
    createdByName: row.created_by_name,
    jobFileName: row.job_file_name,
  };
}
