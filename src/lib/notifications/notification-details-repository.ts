import { SQL, type SQLStatement } from 'sql-template-strings';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import type { NotificationDetails } from './notification-details.ts';
import { newestOfService } from './notification-list-repository.ts';
import { columnNames, toNotification, type NotificationRow } from './notification-repository.ts';
import type { NotificationStatus } from './notification-status.ts';
import type { NotificationType } from './notification.ts';

type DetailsRow = NotificationRow & {
  key_name: string | null;
  template_name: string;
  template_content: string;
  template_subject: string | null;
  template_hidden: boolean;
  redact_personalisation: boolean;
  file_name: string | null;
  author_name: string | null;
  author_email: string | null;
};

const selectDetails = `SELECT ${columnNames.map((name) => `n.${name}`).join(', ')}, k.name AS key_name, t.name AS template_name,
    t.content AS template_content, t.subject AS template_subject, t.hidden AS template_hidden,
    coalesce(r.redact_personalisation, false) AS redact_personalisation, j.original_file_name AS file_name,
    u.name AS author_name, u.email_address AS author_email`;
const joinDetails = `JOIN templates_history t ON t.id = n.template_id AND t.version = n.template_version
  LEFT JOIN template_redacted r ON r.template_id = n.template_id
  LEFT JOIN api_keys k ON k.id = n.api_key_id
  LEFT JOIN jobs j ON j.id = n.job_id
  LEFT JOIN users u ON u.id = n.created_by_id`;

export interface JobRowsQuery {
  readonly serviceId: string;
  readonly jobId: string;
  /** Empty = every status. */
  readonly statuses: readonly NotificationStatus[];
  readonly types: readonly NotificationType[];
}

/** A part of a list: the rows from `offset` on, or those after a row of the file. */
export interface Slice {
  readonly limit: number;
  readonly offset?: number;
  readonly afterRow?: number;
}

/** Notifications of a job in the order of its file. */
export async function listNotificationsOfJob(
  db: Queryable,
  secretBox: SecretBox,
  query: JobRowsQuery,
  { limit, offset = 0, afterRow = -1 }: Slice,
): Promise<NotificationDetails[]> {
  const page = appendJobFilter(SQL`SELECT * FROM notifications`, query);
  page.append(SQL` AND job_row_number > ${afterRow} ORDER BY job_row_number LIMIT ${limit} OFFSET ${offset}`);
  return listDetails(db, secretBox, page, 'n.job_row_number');
}

/** How many notifications such a list holds. */
export async function countListedOfJob(db: Queryable, query: JobRowsQuery): Promise<number> {
  return count(db, appendJobFilter(SQL`SELECT count(*) AS count FROM notifications`, query));
}

function appendJobFilter(statement: SQLStatement, { serviceId, jobId, statuses, types }: JobRowsQuery): SQLStatement {
  statement.append(SQL` WHERE job_id = ${jobId} AND service_id = ${serviceId}`);
  if (statuses.length > 0) statement.append(SQL` AND notification_status = ANY(${[...statuses]}::text[])`);
  if (types.length > 0) statement.append(SQL` AND notification_type = ANY(${[...types]}::notification_type[])`);
  return statement;
}

/** Notifications of a service, the newest first. */
export interface ServiceListQuery {
  readonly serviceId: string;
  /** Null = not one in particular. */
  readonly id: string | null;
  readonly types: readonly NotificationType[];
  /** Empty = every status. */
  readonly statuses: readonly NotificationStatus[];
  readonly createdSince: Date | null;
  /** Only what was created before this notification of the same service; an unknown one gives an empty page. */
  readonly olderThan: string | null;
  readonly includeJobs: boolean;
  readonly includeFromTestKey: boolean;
  /** Those that a user sent one by one. */
  readonly includeOneOff: boolean;
  /** Parts of recipients or references, as patterns of LIKE. */
  readonly search: { readonly recipient: string; readonly reference: string } | null;
}

export async function listDetailsOfService(
  db: Queryable,
  secretBox: SecretBox,
  query: ServiceListQuery,
  { limit, offset = 0 }: Slice,
): Promise<NotificationDetails[]> {
  const { includeFromTestKey, types, serviceId } = query;
  const keyType = includeFromTestKey ? null : (['normal', 'team'] as const);
  const page = newestOfService({ serviceId, keyType, types }, { limit, offset }, (kind) => appendFilters(kind, query));
  return listDetails(db, secretBox, page, 'n.created_at DESC, n.id DESC');
}

function appendFilters(statement: SQLStatement, query: ServiceListQuery): void {
  if (query.id !== null) statement.append(SQL` AND id = ${query.id}`);
  if (query.statuses.length > 0) statement.append(SQL` AND notification_status = ANY(${[...query.statuses]}::text[])`);
  if (query.createdSince !== null) statement.append(SQL` AND created_at >= ${query.createdSince}`);
  if (!query.includeJobs) statement.append(SQL` AND job_id IS NULL`);
  if (!query.includeOneOff) statement.append(SQL` AND (job_id IS NOT NULL OR api_key_id IS NOT NULL)`);
  if (query.search !== null)
    statement.append(SQL` AND (normalised_to LIKE ${query.search.recipient}
      OR client_reference ILIKE ${query.search.reference})`);
  if (query.olderThan !== null)
    statement.append(SQL` AND (created_at, id) < (SELECT created_at, id FROM notifications
      WHERE id = ${query.olderThan} AND service_id = ${query.serviceId})`);
}

/** Letters that users uploaded one by one, made in [from, to). */
export interface UploadedLettersQuery {
  readonly serviceId: string;
  readonly from: Date;
  readonly to: Date;
}

/** Uploaded letters of a time, the newest first. */
export async function listUploadedLetters(
  db: Queryable,
  secretBox: SecretBox,
  query: UploadedLettersQuery,
  { limit, offset = 0 }: Slice,
): Promise<NotificationDetails[]> {
  const page = appendLetterFilter(SQL`SELECT * FROM notifications n`, query);
  page.append(SQL` ORDER BY created_at DESC, id DESC LIMIT ${limit} OFFSET ${offset}`);
  return listDetails(db, secretBox, page, 'n.created_at DESC, n.id DESC');
}

export async function countUploadedLetters(db: Queryable, query: UploadedLettersQuery): Promise<number> {
  return count(db, appendLetterFilter(SQL`SELECT count(*) AS count FROM notifications n`, query));
}

/** They have no key, so they count as those of a normal one; their template is the service's hidden one of letters. */
function appendLetterFilter(statement: SQLStatement, { serviceId, from, to }: UploadedLettersQuery): SQLStatement {
  return statement.append(SQL` WHERE n.service_id = ${serviceId} AND n.key_type = 'normal'
    AND n.created_at >= ${from} AND n.created_at < ${to} AND n.api_key_id IS NULL
    AND n.notification_type = 'letter' AND n.notification_status <> 'cancelled'
    AND n.template_id IN (SELECT id FROM templates
      WHERE service_id = ${serviceId} AND hidden AND template_type = 'letter')`);
}

async function listDetails(
  db: Queryable,
  secretBox: SecretBox,
  page: SQLStatement,
  order: string,
): Promise<NotificationDetails[]> {
  const statement = SQL``.append(`${selectDetails} FROM (`).append(page).append(`) n ${joinDetails} ORDER BY ${order}`);
  const { rows } = await db.query<DetailsRow>(statement);
  return rows.map((row) => toDetails(row, secretBox));
}

async function count(db: Queryable, statement: SQLStatement): Promise<number> {
  const { rows } = await db.query<{ count: number }>(statement);
  return rows[0]!.count;
}

function toDetails(row: DetailsRow, secretBox: SecretBox): NotificationDetails {
  return {
    ...toNotification(row, secretBox),
    keyName: row.key_name,
    template: {
      name: row.template_name,
      content: row.template_content,
      subject: row.template_subject,
      isPrecompiled: row.template_hidden && row.notification_type === 'letter',
      isRedacted: row.redact_personalisation,
    },
    fileName: row.file_name,
    author: row.author_name === null ? null : { name: row.author_name, emailAddress: row.author_email! },
  };
}
