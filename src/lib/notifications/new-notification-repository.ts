import { inSlices } from '../core/in-slices.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { arrayLiteral, elementsLiteral, joinedLiteral } from '../db/array-literal.ts';
import type { Queryable } from '../db/database.ts';
import { personalisationContext, type NewNotification } from './notification.ts';

/**
 * The one place that creates notifications.
 *
 * @throws a unique violation when one of the ids, or of the rows of a job, exists: then none is stored
 */
export async function insertNotifications(
  tx: Queryable,
  secretBox: SecretBox,
  notifications: readonly NewNotification[],
): Promise<void> {
  await tx.query({
    name: 'insert_notifications',
    text: insertSql,
    values: insertedColumns.map(({ value }) =>
      arrayLiteral(notifications.map((notification) => value(notification, secretBox))),
    ),
  });
}

/** Notifications as the statement that inserts them: what they have in common is sent once. */
export interface SealedRows {
  readonly name: string;
  readonly text: string;
  readonly values: readonly ColumnValue[];
}

/** Seals notifications of one job that are stored together. */
export async function sealRowsOfJob(
  secretBox: SecretBox,
  notifications: readonly [NewNotification, ...NewNotification[]],
): Promise<SealedRows> {
  const [first] = notifications;
  const columns = insertedColumns.map((column) => {
    const common = column.isOftenCommon ? column.value(first, secretBox) : null;
    const isCommon = column.isOftenCommon && notifications.every((other) => column.value(other, secretBox) === common);
    return { ...column, isCommon, common, parts: [] as string[] };
  });
  const lists = columns.filter(({ isCommon }) => !isCommon);
  for await (const rows of inSlices(notifications)) {
    for (const { value, parts } of lists)
      parts.push(elementsLiteral(rows.map((notification) => value(notification, secretBox))));
  }
  const values = columns.map(({ isCommon, common, parts }) => (isCommon ? common : joinedLiteral(parts)));
  return { ...insertRowsStatement(columns), values };
}

/** @throws as `insertNotifications` does */
export async function insertRowsOfJob(tx: Queryable, { name, text, values }: SealedRows): Promise<void> {
  await tx.query({ name, text, values: [...values] });
}

type ColumnValue = string | number | boolean | Date | null;

interface InsertedColumn {
  readonly name: string;
  readonly type: string;
  readonly value: (notification: NewNotification, secretBox: SecretBox) => ColumnValue;
  /** The rows of a job nearly always have the same. */
  readonly isOftenCommon: boolean;
}

const column = (name: string, type: string, value: InsertedColumn['value']): InsertedColumn => ({
  name,
  type,
  value,
  isOftenCommon: false,
});
const oftenCommon = (name: string, type: string, value: InsertedColumn['value']): InsertedColumn => ({
  ...column(name, type, value),
  isOftenCommon: true,
});

const insertedColumns: readonly InsertedColumn[] = [
  column('id', 'uuid', ({ id }) => id),
  column('"to"', 'text', ({ to }) => to),
  column('normalised_to', 'text', ({ normalisedTo }) => normalisedTo),
  oftenCommon('job_id', 'uuid', ({ jobId }) => jobId ?? null),
  column('job_row_number', 'int', ({ jobRowNumber }) => jobRowNumber ?? null),
  oftenCommon('service_id', 'uuid', ({ serviceId }) => serviceId),
  oftenCommon('template_id', 'uuid', ({ templateId }) => templateId),
  oftenCommon('template_version', 'int', ({ templateVersion }) => templateVersion),
  oftenCommon('api_key_id', 'uuid', ({ apiKeyId }) => apiKeyId),
  oftenCommon('key_type', 'text', ({ keyType }) => keyType),
  oftenCommon('billable_units', 'int', ({ billableUnits }) => billableUnits ?? 0),
  oftenCommon('notification_type', 'notification_type', ({ notificationType }) => notificationType),
  oftenCommon('created_at', 'timestamp', ({ createdAt }) => createdAt),
  oftenCommon('updated_at', 'timestamp', ({ updatedAt }) => updatedAt ?? null),
  oftenCommon('notification_status', 'text', ({ status }) => status),
  oftenCommon('reference', 'text', ({ reference }) => reference ?? null),
  column('client_reference', 'text', ({ clientReference }) => clientReference),
  column('personalisation', 'text', ({ personalisation }, secretBox) =>
    secretBox.seal(JSON.stringify(personalisation), personalisationContext),
  ),
  oftenCommon('international', 'boolean', ({ international }) => international),
  oftenCommon('phone_prefix', 'text', ({ phonePrefix }) => phonePrefix),
  oftenCommon('rate_multiplier', 'numeric', ({ rateMultiplier }) => rateMultiplier),
  oftenCommon('created_by_id', 'uuid', ({ createdById }) => createdById),
  oftenCommon('reply_to_text', 'text', ({ replyToText }) => replyToText),
  oftenCommon('document_download_count', 'int', ({ documentDownloadCount }) => documentDownloadCount ?? null),
  oftenCommon('postage', 'text', ({ postage }) => postage ?? null),
  oftenCommon('unsubscribe_link', 'text', ({ unsubscribeLink }) => unsubscribeLink),
];

const insertedNames = insertedColumns.map(({ name }) => name).join(', ');
const insertSql = `INSERT INTO notifications (${insertedNames})
  SELECT * FROM unnest(${insertedColumns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ')})`;

/** One statement for each set of columns that rows have in common; there are few in practice. */
function insertRowsStatement(
  columns: readonly (InsertedColumn & { readonly isCommon: boolean })[],
): Pick<SealedRows, 'name' | 'text'> {
  const places = columns.map((entry, index) => ({ ...entry, at: `$${index + 1}` }));
  const lists = places.filter(({ isCommon }) => !isCommon);
  const selected = places.map(({ name, type, isCommon, at }) => (isCommon ? `${at}::${type}` : `row.${name}`));
  const common = columns.map(({ isCommon }) => (isCommon ? '1' : '0')).join('');
  return {
    name: `insert_rows_of_job_${parseInt(common, 2).toString(36)}`,
    text: `INSERT INTO notifications (${insertedNames}) SELECT ${selected.join(', ')}
      FROM unnest(${lists.map(({ type, at }) => `${at}::${type}[]`).join(', ')}) AS row (${lists.map(({ name }) => name).join(', ')})`,
  };
}
