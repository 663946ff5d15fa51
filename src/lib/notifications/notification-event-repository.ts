import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';

/** Something that happened to a notification and that its row does not show afterwards. */
export interface NotificationEvent {
  readonly occurredAt: Date;
  readonly event: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export async function insertNotificationEvent(
  tx: Queryable,
  notificationId: string,
  event: NotificationEvent,
): Promise<void> {
  await tx.query(SQL`INSERT INTO notification_events (notification_id, occurred_at, event, detail)
    VALUES (${notificationId}, ${event.occurredAt}, ${event.event}, ${JSON.stringify(event.detail)})`);
}

/** The same event of many notifications. */
export async function insertNotificationEvents(
  tx: Queryable,
  notificationIds: readonly string[],
  event: NotificationEvent,
): Promise<void> {
  await tx.query(SQL`INSERT INTO notification_events (notification_id, occurred_at, event, detail)
    SELECT unnest(${[...notificationIds]}::uuid[]), ${event.occurredAt}, ${event.event}, ${JSON.stringify(event.detail)}`);
}

export async function listNotificationEvents(db: Queryable, notificationId: string): Promise<NotificationEvent[]> {
  const { rows } = await db.query<NotificationEvent>(SQL`SELECT occurred_at AS "occurredAt", event, detail
    FROM notification_events WHERE notification_id = ${notificationId} ORDER BY id`);
  return rows;
}
