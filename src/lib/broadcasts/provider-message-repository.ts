import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { BroadcastProvider, ProviderMessage, ProviderMessageStatus } from './provider-message.ts';

const selectMessages = `SELECT p.id, p.broadcast_event_id AS "broadcastEventId", p.provider, p.status,
    p.created_at AS "createdAt", p.updated_at AS "updatedAt", n.broadcast_provider_message_number AS "messageNumber"
  FROM broadcast_provider_message p
  LEFT JOIN broadcast_provider_message_number n ON n.broadcast_provider_message_id = p.id`;

/** The provider messages of events, in the order of their making. */
export async function listProviderMessages(
  db: Queryable,
  eventIds: readonly string[],
  { provider = null }: { provider?: BroadcastProvider | null } = {},
): Promise<ProviderMessage[]> {
  const { rows } = await db.query<ProviderMessage>({
    text: `${selectMessages} WHERE p.broadcast_event_id = ANY ($1::uuid[]) AND ($2::text IS NULL OR p.provider = $2)
      ORDER BY p.created_at, p.id`,
    values: [[...eventIds], provider],
  });
  return rows;
}

export async function insertProviderMessage(
  tx: Queryable,
  message: Pick<ProviderMessage, 'id' | 'broadcastEventId' | 'provider' | 'createdAt'>,
): Promise<void> {
  await tx.query(SQL`INSERT INTO broadcast_provider_message (id, broadcast_event_id, provider, status, created_at)
    VALUES (${message.id}, ${message.broadcastEventId}, ${message.provider}, 'sending', ${message.createdAt})`);
}

/** Gives a provider message the next number of the sequence. */
export async function insertMessageNumber(tx: Queryable, providerMessageId: string): Promise<number> {
  const { rows } = await tx.query<{ number: number }>(SQL`INSERT INTO broadcast_provider_message_number
    (broadcast_provider_message_id) VALUES (${providerMessageId}) RETURNING broadcast_provider_message_number AS number`);
  return rows[0]!.number;
}

/** The next number of the sequence, for a document that nothing will refer to. */
export async function takeMessageNumber(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ number: number }>(
    `SELECT nextval('broadcast_provider_message_number_seq')::integer AS number`,
  );
  return rows[0]!.number;
}

/**
 * Takes a provider message for one attempt: nobody else may send it for `seconds`, however this one ends. By the
 * database's clock, which all processes share.
 *
 * @returns 0, or for how many seconds another attempt still holds it
 */
export async function claimProviderMessage(
  tx: Queryable,
  { id, claim, seconds }: { id: string; claim: string; seconds: number },
): Promise<number> {
  const { rows } = await tx.query<{ wait: number }>(SQL`SELECT
      greatest(0, ceil(extract(epoch FROM claimed_until - LOCALTIMESTAMP)))::integer AS wait
    FROM broadcast_provider_message WHERE id = ${id} FOR UPDATE`);
  const wait = rows[0]?.wait ?? 0;
  if (wait > 0) return wait;
  await tx.query(SQL`UPDATE broadcast_provider_message
    SET claim = ${claim}, claimed_until = LOCALTIMESTAMP + make_interval(secs => ${seconds}) WHERE id = ${id}`);
  return 0;
}

/** An acknowledgement is true whoever else has claimed the message meanwhile. */
export async function saveAcknowledgement(tx: Queryable, id: string, at: Date): Promise<void> {
  await tx.query(SQL`UPDATE broadcast_provider_message
    SET status = 'returned-ack', claim = NULL, claimed_until = NULL, updated_at = ${at} WHERE id = ${id}`);
}

/** A failure counts while the attempt holds its claim, and never lifts an operator's brake. */
export async function saveFailedAttempt(
  tx: Queryable,
  { id, claim }: { id: string; claim: string },
  at: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(SQL`UPDATE broadcast_provider_message
    SET status = CASE WHEN status = 'sending' THEN 'returned-error' ELSE status END, claim = NULL, claimed_until = NULL,
      updated_at = ${at}
    WHERE id = ${id} AND claim = ${claim}`);
  return rowCount === 1;
}

/** What happened to an event at a provider. `refused`: nothing was sent, for the reason in the detail. */
export interface SendRecord {
  readonly broadcastEventId: string;
  readonly provider: BroadcastProvider;
  readonly providerMessageId: string | null;
  readonly status: ProviderMessageStatus | 'refused';
  readonly errorDetail: { readonly message: string } | null;
  readonly createdAt: Date;
}

export async function insertSendRecord(tx: Queryable, record: SendRecord): Promise<void> {
  const detail = record.errorDetail === null ? null : JSON.stringify(record.errorDetail);
  await tx.query(SQL`INSERT INTO broadcast_provider_message_history (broadcast_event_id, provider,
      broadcast_provider_message_id, status, error_detail, created_at)
    VALUES (${record.broadcastEventId}, ${record.provider}, ${record.providerMessageId}, ${record.status},
      ${detail}::jsonb, ${record.createdAt})`);
}

/** The newest records of events, oldest first: attempts are repeated without end. */
export async function listSendRecords(
  db: Queryable,
  eventIds: readonly string[],
  { limit }: { limit: number },
): Promise<SendRecord[]> {
  const { rows } = await db.query<SendRecord & { id: number }>(SQL`SELECT * FROM (
      SELECT id, broadcast_event_id AS "broadcastEventId", provider, broadcast_provider_message_id AS "providerMessageId",
        status, error_detail AS "errorDetail", created_at AS "createdAt"
      FROM broadcast_provider_message_history WHERE broadcast_event_id = ANY (${[...eventIds]}::uuid[])
      ORDER BY id DESC LIMIT ${limit}) newest ORDER BY id`);
  return rows.map(({ id: _, ...record }) => record);
}
