import { SQL } from 'sql-template-strings';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { inboundContentContext, type InboundSms } from './inbound-sms.ts';

interface InboundSmsRow {
  id: string;
  created_at: Date;
  service_id: string;
  notify_number: string;
  user_number: string;
  provider: string;
  provider_reference: string | null;
  provider_date: Date | null;
  content: string;
}

const columns = `id, created_at, service_id, notify_number, user_number, provider, provider_reference, provider_date, content`;

export async function insertInboundSms(tx: Queryable, secretBox: SecretBox, text: InboundSms): Promise<void> {
  const content = secretBox.seal(text.content, inboundContentContext);
  await tx.query(SQL`INSERT INTO inbound_sms
      (id, created_at, service_id, notify_number, user_number, provider, provider_reference, provider_date, content)
    VALUES (${text.id}, ${text.createdAt}, ${text.serviceId}, ${text.notifyNumber}, ${text.userNumber},
      ${text.provider}, ${text.providerReference}, ${text.providerDate}, ${content})`);
}

export async function findInboundSms(
  db: Queryable,
  secretBox: SecretBox,
  serviceId: string,
  id: string,
): Promise<InboundSms | null> {
  const statement = SQL`SELECT `
    .append(columns)
    .append(SQL` FROM inbound_sms WHERE id = ${id} AND service_id = ${serviceId}`);
  const { rows } = await db.query<InboundSmsRow>(statement);
  return rows[0] === undefined ? null : toInboundSms(rows[0], secretBox);
}

/** A page of a service's received texts, newest first; before the text `olderThan`, when that is not null. */
export async function listInboundSms(
  db: Queryable,
  secretBox: SecretBox,
  { serviceId, olderThan, limit }: { serviceId: string; olderThan: string | null; limit: number },
): Promise<InboundSms[]> {
  const statement = SQL`SELECT `.append(columns).append(SQL` FROM inbound_sms WHERE service_id = ${serviceId}`);
  if (olderThan !== null) {
    statement.append(SQL` AND (created_at, id) < (SELECT created_at, id FROM inbound_sms
      WHERE id = ${olderThan} AND service_id = ${serviceId})`);
  }
  statement.append(SQL` ORDER BY created_at DESC, id DESC LIMIT ${limit}`);
  const { rows } = await db.query<InboundSmsRow>(statement);
  return rows.map((row) => toInboundSms(row, secretBox));
}

/** The texts that a service received since then, of one sender or all, the newest first. */
export async function listInboundSmsSince(
  db: Queryable,
  secretBox: SecretBox,
  filter: { serviceId: string; since: Date; userNumber: string | null; limit: number },
): Promise<InboundSms[]> {
  const { serviceId, since, userNumber, limit } = filter;
  const statement = SQL`SELECT `.append(columns).append(SQL` FROM inbound_sms
    WHERE service_id = ${serviceId} AND created_at >= ${since} AND (${userNumber}::text IS NULL OR user_number = ${userNumber})
    ORDER BY created_at DESC, id DESC LIMIT ${limit}`);
  const { rows } = await db.query<InboundSmsRow>(statement);
  return rows.map((row) => toInboundSms(row, secretBox));
}

/** The last text of everybody who wrote to a service since then, the newest first. */
export async function listLastInboundSms(
  db: Queryable,
  secretBox: SecretBox,
  filter: { serviceId: string; since: Date; limit: number; offset: number },
): Promise<InboundSms[]> {
  const { serviceId, since, limit, offset } = filter;
  const statement = SQL`SELECT * FROM (SELECT DISTINCT ON (user_number) `.append(columns).append(SQL` FROM inbound_sms
      WHERE service_id = ${serviceId} AND created_at >= ${since}
      ORDER BY user_number, created_at DESC, id DESC) latest
    ORDER BY created_at DESC, id DESC LIMIT ${limit} OFFSET ${offset}`);
  const { rows } = await db.query<InboundSmsRow>(statement);
  return rows.map((row) => toInboundSms(row, secretBox));
}

/** How many texts a service received since then, and when the last of them. */
export async function summariseInboundSms(
  db: Queryable,
  { serviceId, since }: { serviceId: string; since: Date },
): Promise<{ readonly count: number; readonly mostRecent: Date | null }> {
  const { rows } = await db.query<{ count: number; mostRecent: Date | null }>(SQL`SELECT count(*)::integer AS count,
      max(created_at) AS "mostRecent" FROM inbound_sms WHERE service_id = ${serviceId} AND created_at >= ${since}`);
  return rows[0]!;
}

function toInboundSms(row: InboundSmsRow, secretBox: SecretBox): InboundSms {
  return {
    id: row.id,
    createdAt: row.created_at,
    serviceId: row.service_id,
    notifyNumber: row.notify_number,
    userNumber: row.user_number,
    provider: row.provider,
    providerReference: row.provider_reference,
    providerDate: row.provider_date,
    content: secretBox.open(row.content, inboundContentContext),
  };
}
