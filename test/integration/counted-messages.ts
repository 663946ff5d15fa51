/** Messages that count towards daily limits, and databases that tell what was asked of them. */
import { randomUUID } from 'node:crypto';
import type { Database, Queryable, Statement } from '../../src/lib/db/database.ts';
import { countMessages, storeCounted } from '../../src/lib/limits/count-messages.ts';
import type { CountedMessage, CountedType, DailyCount } from '../../src/lib/limits/daily-count.ts';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';

export type MessageInput = Partial<CountedMessage> & { readonly serviceId: string };

export const noon = new Date('2026-03-10T12:00:00Z');
export const today = '2026-03-10';

/** A text with a live key at noon. */
export function aMessage(input: MessageInput): CountedMessage {
  return {
    notificationType: 'sms',
    keyType: 'normal',
    international: false,
    phonePrefix: '44',
    createdAt: noon,
    ...input,
  };
}

/** Writes a message's row and counts nothing. */
export async function insertMessage(
  tx: Queryable,
  message: CountedMessage,
  status: NotificationStatus = 'created',
): Promise<void> {
  await tx.query({
    text: `INSERT INTO notifications (id, "to", service_id, template_id, template_version, key_type, notification_type,
        created_at, notification_status, international, phone_prefix)
      VALUES (gen_random_uuid(), 'somebody', $1, $1, 1, $2, $3, $4, $5, $6, $7)`,
    values: [
      message.serviceId,
      message.keyType,
      message.notificationType,
      message.createdAt,
      status,
      message.international,
      message.phonePrefix,
    ],
  });
}

/** Stores messages and counts them, as the product does. */
export function storeMessages(db: Database, messages: readonly CountedMessage[]): Promise<DailyCount[]> {
  return storeCounted(db, async (tx) => {
    for (const message of messages) await insertMessage(tx, message);
    return countMessages(tx, messages);
  });
}

/** What the counter row of a service says; null without a row. */
export async function countOf(
  db: Queryable,
  serviceId: string,
  counted: CountedType = 'sms',
  day = today,
): Promise<number | null> {
  const { rows } = await db.query<{ count: number }>({
    text: 'SELECT count FROM daily_counts WHERE service_id = $1 AND counted = $2 AND day = $3',
    values: [serviceId, counted, day],
  });
  return rows[0]?.count ?? null;
}

export const aServiceId = (): string => randomUUID();

export interface WatchedDatabase extends Database {
  /** The texts of the statements that were run, in order. */
  readonly statements: string[];
}

/** The same database, and a list of what is asked of it. */
export function watchDatabase(db: Database): WatchedDatabase {
  const statements: string[] = [];
  const watch = (target: Queryable): Queryable => ({
    query: (statement: Statement) => {
      statements.push(typeof statement === 'string' ? statement : statement.text);
      return target.query(statement);
    },
  });
  return {
    ...watch(db),
    statements,
    transaction: (work) => db.transaction((tx) => work(watch(tx))),
    close: () => db.close(),
  };
}
