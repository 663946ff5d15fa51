import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';

/** A message that a sandbox provider was given. */
export interface SandboxMessage {
  readonly id: string;
  readonly notificationId: string;
  readonly type: 'sms' | 'email';
  readonly to: string;
  /** The number or name texts come from; the From header of emails. */
  readonly from: string | null;
  readonly replyTo: string | null;
  readonly subject: string | null;
  readonly content: string;
  readonly html: string | null;
  readonly reference: string;
  readonly sentAt: Date;
}

export async function insertSandboxMessage(db: Queryable, message: SandboxMessage): Promise<void> {
  await db.query(SQL`INSERT INTO sandbox_messages
      (id, notification_id, notification_type, recipient, sender, reply_to, subject, content, html, reference, sent_at)
    VALUES (${message.id}, ${message.notificationId}, ${message.type}, ${message.to}, ${message.from}, ${message.replyTo},
      ${message.subject}, ${message.content}, ${message.html}, ${message.reference}, ${message.sentAt})`);
}

export interface SandboxMessageQuery {
  /** Any of these recipients, as stored; null = everybody. */
  readonly to: readonly string[] | null;
  readonly since: Date | null;
  readonly notificationId: string | null;
  readonly limit: number;
}

/** What the sandbox was given, oldest first; the newest `limit` of them. */
export async function listSandboxMessages(
  db: Queryable,
  { to, since, notificationId, limit }: SandboxMessageQuery,
): Promise<SandboxMessage[]> {
  const statement = SQL`SELECT * FROM (SELECT id, notification_id AS "notificationId", notification_type AS type, recipient AS "to",
      sender AS "from", reply_to AS "replyTo", subject, content, html, reference, sent_at AS "sentAt"
    FROM sandbox_messages WHERE true`;
  if (to !== null) statement.append(SQL` AND recipient = ANY(${[...to]}::text[])`);
  if (since !== null) statement.append(SQL` AND sent_at >= ${since}`);
  if (notificationId !== null) statement.append(SQL` AND notification_id = ${notificationId}`);
  statement.append(SQL` ORDER BY sent_at DESC, id DESC LIMIT ${limit}) newest ORDER BY "sentAt", id`);
  const { rows } = await db.query<SandboxMessage>(statement);
  return rows;
}

export async function deleteSandboxMessagesBefore(db: Queryable, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.query(SQL`DELETE FROM sandbox_messages
    WHERE id IN (SELECT id FROM sandbox_messages WHERE sent_at < ${before} ORDER BY sent_at LIMIT ${limit})`);
  return rowCount ?? 0;
}
