import { SQL, type SQLStatement } from 'sql-template-strings';
import { keyTypes, type KeyType } from '../api-keys/api-key.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { labelled } from '../db/labelled.ts';
import { templateTypes } from '../templates/template.ts';
import type { NotificationType } from './notification.ts';
import {
  toNotificationWithTemplate,
  type NotificationWithTemplate,
  type RowWithTemplate,
} from './notification-repository.ts';
import type { NotificationStatus } from './notification-status.ts';

export interface NotificationListQuery {
  readonly serviceId: string;
  /** Null = every type of key. */
  readonly keyType: KeyType | null;
  readonly types: readonly NotificationType[];
  readonly statuses: readonly NotificationStatus[];
  readonly clientReference: string | null;
  readonly to: string | null;
  /** Only what was created before this notification of the same service; an unknown one gives an empty page. */
  readonly olderThan: string | null;
  /** Only what was created at this time or later. */
  readonly createdSince?: Date | null;
  readonly includeJobs: boolean;
  readonly limit: number;
  /** How many of the newest to leave out. */
  readonly offset?: number;
}

/** A page of a service's notifications, newest first. Empty lists do not filter. */
export async function listNotificationsOfService(
  db: Queryable,
  secretBox: SecretBox,
  query: NotificationListQuery,
): Promise<NotificationWithTemplate[]> {
  const statement = SQL`SELECT n.*, t.name AS template_name, t.content AS template_content,
      t.subject AS template_subject, t.has_unsubscribe_link AS template_has_unsubscribe_link,
      u.name AS created_by_name, j.original_file_name AS job_file_name
    FROM (`.append(newestOfService(query, query, (page) => appendFilters(page, query)));
  statement.append(`) n
    JOIN templates_history t ON t.id = n.template_id AND t.version = n.template_version
    LEFT JOIN users u ON u.id = n.created_by_id
    LEFT JOIN jobs j ON j.id = n.job_id
    ORDER BY n.created_at DESC, n.id DESC`);
  const { rows } = await db.query<RowWithTemplate>(labelled(statement, 'list_notifications_of_service'));
  return rows.map((row) => toNotificationWithTemplate(row, secretBox));
}

/** How many notifications a list holds on all its pages. Reads every row that the service and type of key still have. */
export async function countNotificationsOfService(db: Queryable, query: NotificationListQuery): Promise<number> {
  const statement = SQL`SELECT count(*) AS count FROM notifications WHERE service_id = ${query.serviceId}`;
  if (query.keyType !== null) statement.append(SQL` AND key_type = ${query.keyType}`);
  if (query.types.length > 0)
    statement.append(SQL` AND notification_type = ANY(${[...query.types]}::notification_type[])`);
  appendFilters(statement, query);
  const { rows } = await db.query<{ count: string }>(statement);
  return Number(rows[0]!.count);
}

/** Which notifications of a service a list is of. */
export interface ListedKinds {
  readonly serviceId: string;
  /** Null = every type of key. */
  readonly keyType: KeyType | null | readonly KeyType[];
  /** Empty = every type. */
  readonly types: readonly NotificationType[];
}

/**
 * The statement that reads a page of a service's notifications, the newest first. The index has them in that order for each
 * kind of key and type: a page of each kind is begun and they are merged, so that no list costs more than its page.
 */
export function newestOfService(
  { serviceId, keyType, types }: ListedKinds,
  { limit, offset = 0 }: { readonly limit: number; readonly offset?: number },
  appendConditions: (statement: SQLStatement) => void,
): SQLStatement {
  const statement = SQL`SELECT * FROM (`;
  let divider = '';
  for (const ofKey of keyType === null ? keyTypes : [keyType].flat()) {
    // A type that is asked for twice is one.
    for (const type of new Set(types.length === 0 ? templateTypes : types)) {
      statement.append(divider).append(SQL`(SELECT * FROM notifications
        WHERE service_id = ${serviceId} AND key_type = ${ofKey} AND notification_type = ${type}`);
      appendConditions(statement);
      statement.append(SQL` ORDER BY created_at DESC, id DESC LIMIT ${limit + offset})`);
      divider = ' UNION ALL ';
    }
  }
  return statement.append(SQL`) n ORDER BY created_at DESC, id DESC LIMIT ${limit} OFFSET ${offset}`);
}

function appendFilters(statement: SQLStatement, query: NotificationListQuery): void {
  if (query.statuses.length > 0) statement.append(SQL` AND notification_status = ANY(${[...query.statuses]}::text[])`);
  // The index holds beginnings only: references may be longer than an index takes.
  if (query.clientReference !== null)
    statement.append(SQL` AND client_reference = ${query.clientReference}
      AND left(client_reference, 255) = left(${query.clientReference}, 255)`);
  if (query.to !== null) statement.append(SQL` AND normalised_to = ${query.to}`);
  if (!query.includeJobs) statement.append(SQL` AND job_id IS NULL`);
  if (query.createdSince != null) statement.append(SQL` AND created_at >= ${query.createdSince}`);
  if (query.olderThan !== null) {
    statement.append(SQL` AND (created_at, id) < (SELECT created_at, id FROM notifications
      WHERE id = ${query.olderThan} AND service_id = ${query.serviceId})`);
  }
}
