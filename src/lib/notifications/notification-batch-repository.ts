import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { columns, toNotification, type NotificationRow } from './notification-repository.ts';
import type { NotificationStatus } from './notification-status.ts';
import type { Notification } from './notification.ts';

/** Notifications by id, whatever their service, for workers. */
export async function findNotifications(
  db: Queryable,
  secretBox: SecretBox,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Notification>> {
  const { rows } = await db.query<NotificationRow>({
    name: 'find_notifications',
    text: `SELECT ${columns} FROM notifications WHERE id = ANY($1::uuid[])`,
    values: [ids],
  });
  return byId(rows, secretBox);
}

/** `findNotifications` under row locks, always taken in the same order. */
export async function lockNotifications(
  tx: Queryable,
  secretBox: SecretBox,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Notification>> {
  const { rows } = await tx.query<NotificationRow>({
    name: 'lock_notifications',
    text: `SELECT ${columns} FROM notifications WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`,
    values: [ids],
  });
  return byId(rows, secretBox);
}

function byId(rows: readonly NotificationRow[], secretBox: SecretBox): ReadonlyMap<string, Notification> {
  return new Map(rows.map((row) => [row.id, toNotification(row, secretBox)]));
}

/** What is known of a notification once its provider took it. */
export interface SentFacts {
  readonly id: string;
  readonly status: NotificationStatus;
  readonly sentAt: Date;
  readonly sentBy: string;
  /** Null leaves what is there. */
  readonly reference: string | null;
  readonly billableUnits: number | null;
}

/**
 * Notes that providers took notifications. Only one in `created` gets the status; of one that a receipt moved first, the
 * facts alone are noted. Returns the ids of those that moved.
 */
export async function noteSent(tx: Queryable, facts: readonly SentFacts[]): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'note_sent',
    text: `WITH given AS (SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamp[], $4::text[], $5::text[], $6::int[])
          AS given (id, status, sent_at, sent_by, reference, billable_units)),
        locked AS (SELECT n.id, n.notification_status FROM notifications n WHERE n.id = ANY($1::uuid[]) ORDER BY n.id FOR UPDATE),
        changed AS (UPDATE notifications n SET
            updated_at = given.sent_at, sent_at = given.sent_at, sent_by = given.sent_by,
            reference = COALESCE(given.reference, n.reference),
            billable_units = COALESCE(given.billable_units, n.billable_units),
            notification_status = CASE locked.notification_status WHEN 'created' THEN given.status ELSE locked.notification_status END
          FROM given JOIN locked USING (id) WHERE n.id = given.id RETURNING n.id, locked.notification_status AS was)
      SELECT id FROM changed WHERE was = 'created'`,
    values: [
      facts.map(({ id }) => id),
      facts.map(({ status }) => status),
      facts.map(({ sentAt }) => sentAt),
      facts.map(({ sentBy }) => sentBy),
      facts.map(({ reference }) => reference),
      facts.map(({ billableUnits }) => billableUnits),
    ],
  });
  return new Set(rows.map(({ id }) => id));
}

/** Writes what receipts made of notifications that the transaction has locked. */
export async function writeReceiptMoves(
  tx: Queryable,
  moved: readonly Pick<Notification, 'id' | 'status' | 'sentBy' | 'billableUnits'>[],
  at: Date,
): Promise<void> {
  await tx.query({
    name: 'write_receipt_moves',
    text: `UPDATE notifications n SET updated_at = $5, notification_status = given.status, sent_by = given.sent_by,
        billable_units = given.billable_units
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[]) AS given (id, status, sent_by, billable_units)
      WHERE n.id = given.id`,
    values: [
      moved.map(({ id }) => id),
      moved.map(({ status }) => status),
      moved.map(({ sentBy }) => sentBy),
      moved.map(({ billableUnits }) => billableUnits),
      at,
    ],
  });
}
