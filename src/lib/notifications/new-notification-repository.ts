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

/** Rows of one job as the values of the statement that inserts them. */
export type SealedRows = readonly ColumnValue[];

/** Rows of one job that are stored together: what they have in common is sent once. */
export async function sealRowsOfJob(
  secretBox: SecretBox,
  notifications: readonly [NewNotification, ...NewNotification[]],
): Promise<SealedRows> {
  const parts: string[][] = insertedColumns.map(() => []);
  for await (const rows of inSlices(notifications)) {
    insertedColumns.forEach(({ value, isOfJob }, index) => {
      if (!isOfJob) parts[index]!.push(elementsLiteral(rows.map((notification) => value(notification, secretBox))));
    });
  }
  return insertedColumns.map(({ value, isOfJob }, index) =>
    isOfJob ? value(notifications[0], secretBox) : joinedLiteral(parts[index]!),
  );
}

/** @throws as `insertNotifications` does */
export async function insertRowsOfJob(tx: Queryable, sealed: SealedRows): Promise<void> {
  await tx.query({ name: 'insert_rows_of_job', text: insertRowsSql, values: [...sealed] });
}

type ColumnValue = string | number | boolean | Date | null;

interface InsertedColumn {
  readonly name: string;
  readonly type: string;
  readonly value: (notification: NewNotification, secretBox: SecretBox) => ColumnValue;
  /** The same for all rows of a job that are stored together. */
  readonly isOfJob: boolean;
}

const column = (name: string, type: string, value: InsertedColumn['value']): InsertedColumn => ({
  name,
  type,
  value,
  isOfJob: false,
});
const columnOfJob = (name: string, type: string, value: InsertedColumn['value']): InsertedColumn => ({
  ...column(name, type, value),
  isOfJob: true,
});

const insertedColumns: readonly InsertedColumn[] = [
  column('id', 'uuid', ({ id }) => id),
  column('"to"', 'text', ({ to }) => to),
  column('normalised_to', 'text', ({ normalisedTo }) => normalisedTo),
  columnOfJob('job_id', 'uuid', ({ jobId }) => jobId ?? null),
  column('job_row_number', 'int', ({ jobRowNumber }) => jobRowNumber ?? null),
  columnOfJob('service_id', 'uuid', ({ serviceId }) => serviceId),
  columnOfJob('template_id', 'uuid', ({ templateId }) => templateId),
  columnOfJob('template_version', 'int', ({ templateVersion }) => templateVersion),
  columnOfJob('api_key_id', 'uuid', ({ apiKeyId }) => apiKeyId),
  columnOfJob('key_type', 'text', ({ keyType }) => keyType),
  column('billable_units', 'int', ({ billableUnits }) => billableUnits ?? 0),
  columnOfJob('notification_type', 'notification_type', ({ notificationType }) => notificationType),
  columnOfJob('created_at', 'timestamp', ({ createdAt }) => createdAt),
  column('updated_at', 'timestamp', ({ updatedAt }) => updatedAt ?? null),
  column('notification_status', 'text', ({ status }) => status),
  column('reference', 'text', ({ reference }) => reference ?? null),
  column('client_reference', 'text', ({ clientReference }) => clientReference),
  column('personalisation', 'text', ({ personalisation }, secretBox) =>
    secretBox.seal(JSON.stringify(personalisation), personalisationContext),
  ),
  column('international', 'boolean', ({ international }) => international),
  column('phone_prefix', 'text', ({ phonePrefix }) => phonePrefix),
  column('rate_multiplier', 'numeric', ({ rateMultiplier }) => rateMultiplier),
  columnOfJob('created_by_id', 'uuid', ({ createdById }) => createdById),
  columnOfJob('reply_to_text', 'text', ({ replyToText }) => replyToText),
  columnOfJob('document_download_count', 'int', ({ documentDownloadCount }) => documentDownloadCount ?? null),
  column('postage', 'text', ({ postage }) => postage ?? null),
  columnOfJob('unsubscribe_link', 'text', ({ unsubscribeLink }) => unsubscribeLink),
];

const insertedNames = insertedColumns.map(({ name }) => name).join(', ');
const insertSql = `INSERT INTO notifications (${insertedNames})
  SELECT * FROM unnest(${insertedColumns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ')})`;

const insertRowsSql = rowsSql();

function rowsSql(): string {
  const places = insertedColumns.map(({ name, type, isOfJob }, index) => ({
    name,
    type,
    isOfJob,
    at: `$${index + 1}`,
  }));
  const lists = places.filter(({ isOfJob }) => !isOfJob);
  const selected = places.map(({ name, type, isOfJob, at }) => (isOfJob ? `${at}::${type}` : `row.${name}`));
  return `INSERT INTO notifications (${insertedNames}) SELECT ${selected.join(', ')}
    FROM unnest(${lists.map(({ type, at }) => `${at}::${type}[]`).join(', ')}) AS row (${lists.map(({ name }) => name).join(', ')})`;
}
