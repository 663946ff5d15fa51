import type { Queryable } from '../db/database.ts';
import { senderTypes, type Sender, type SenderType } from './sender.ts';

/** Where the senders of each type are; the names are constants, never input. */
const stores: Readonly<Record<SenderType, { table: string; value: string; inboundNumberId: string }>> = {
  sms: { table: 'service_sms_senders', value: 'sms_sender', inboundNumberId: 'inbound_number_id' },
  email: { table: 'service_email_reply_to', value: 'email_address', inboundNumberId: 'NULL::uuid' },
  letter: { table: 'service_letter_contacts', value: 'contact_block', inboundNumberId: 'NULL::uuid' },
};

function select(type: SenderType): string {
  const { table, value, inboundNumberId } = stores[type];
  return `SELECT id, service_id AS "serviceId", '${type}' AS type, ${value} AS value, is_default AS "isDefault", archived,
    ${inboundNumberId} AS "inboundNumberId", created_at AS "createdAt", updated_at AS "updatedAt" FROM ${table}`;
}

/** The senders of one type that are in use, the default first, then the newest. */
export async function listSendersOfType(db: Queryable, serviceId: string, type: SenderType): Promise<Sender[]> {
  const { rows } = await db.query<Sender>({
    text: `${select(type)} WHERE service_id = $1 AND NOT archived ORDER BY is_default DESC, created_at DESC, id DESC`,
    values: [serviceId],
  });
  return rows;
}

/** A sender of whatever type, archived ones included. */
export async function findSender(db: Queryable, id: string): Promise<Sender | null> {
  for (const type of senderTypes) {
    const { rows } = await db.query<Sender>({ text: `${select(type)} WHERE id = $1`, values: [id] });
    if (rows[0] !== undefined) return rows[0];
  }
  return null;
}

export async function insertSender(tx: Queryable, sender: Omit<Sender, 'archived' | 'updatedAt'>): Promise<void> {
  const { table, value } = stores[sender.type];
  const isSms = sender.type === 'sms';
  await tx.query({
    text: `INSERT INTO ${table} (id, service_id, ${value}, is_default, created_at${isSms ? ', inbound_number_id' : ''})
      VALUES ($1, $2, $3, $4, $5${isSms ? ', $6' : ''})`,
    values: [
      sender.id,
      sender.serviceId,
      sender.value,
      sender.isDefault,
      sender.createdAt,
      ...(isSms ? [sender.inboundNumberId] : []),
    ],
  });
}

/** Stores everything of a sender that can change. */
export async function saveSender(tx: Queryable, sender: Sender, at: Date): Promise<void> {
  const { table, value } = stores[sender.type];
  const isSms = sender.type === 'sms';
  await tx.query({
    text: `UPDATE ${table} SET ${value} = $3, is_default = $4, archived = $5, updated_at = $6${isSms ? ', inbound_number_id = $7' : ''}
      WHERE id = $2 AND service_id = $1`,
    values: [
      sender.serviceId,
      sender.id,
      sender.value,
      sender.isDefault,
      sender.archived,
      at,
      ...(isSms ? [sender.inboundNumberId] : []),
    ],
  });
}

/** Leaves a service without a default of this type, for the moment before another becomes it. */
export async function unsetDefault(tx: Queryable, serviceId: string, type: SenderType, at: Date): Promise<void> {
  await tx.query({
    text: `UPDATE ${stores[type].table} SET is_default = false, updated_at = $2
      WHERE service_id = $1 AND is_default AND NOT archived`,
    values: [serviceId, at],
  });
}
