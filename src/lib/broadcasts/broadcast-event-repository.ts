import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { BroadcastEvent } from './broadcast-event.ts';

const columns = `id, service_id AS "serviceId", broadcast_message_id AS "broadcastMessageId", sent_at AS "sentAt",
  message_type AS "messageType", transmitted_content AS "transmittedContent", transmitted_areas AS "transmittedAreas",
  transmitted_sender AS "transmittedSender", transmitted_starts_at AS "transmittedStartsAt",
  transmitted_finishes_at AS "transmittedFinishesAt"`;

export async function insertBroadcastEvent(tx: Queryable, event: BroadcastEvent): Promise<void> {
  const content = event.transmittedContent === null ? null : JSON.stringify(event.transmittedContent);
  await tx.query(SQL`INSERT INTO broadcast_event (id, service_id, broadcast_message_id, sent_at, message_type,
      transmitted_content, transmitted_areas, transmitted_sender, transmitted_starts_at, transmitted_finishes_at)
    VALUES (${event.id}, ${event.serviceId}, ${event.broadcastMessageId}, ${event.sentAt}, ${event.messageType},
      ${content}::jsonb, ${JSON.stringify(event.transmittedAreas)}::jsonb, ${event.transmittedSender},
      ${event.transmittedStartsAt}, ${event.transmittedFinishesAt})`);
}

/** An event of any service, for tasks and operators, who name events alone; with `lock`, attempts begin one by one. */
export async function findBroadcastEvent(
  db: Queryable,
  id: string,
  { lock = false }: { lock?: boolean } = {},
): Promise<BroadcastEvent | null> {
  const { rows } = await db.query<BroadcastEvent>({
    text: `SELECT ${columns} FROM broadcast_event WHERE id = $1 ${lock ? 'FOR NO KEY UPDATE' : ''}`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** The events of a message, oldest first. */
export async function listBroadcastEvents(
  db: Queryable,
  { serviceId, broadcastMessageId }: { serviceId: string; broadcastMessageId: string },
): Promise<BroadcastEvent[]> {
  const { rows } = await db.query<BroadcastEvent>({
    text: `SELECT ${columns} FROM broadcast_event WHERE service_id = $1 AND broadcast_message_id = $2 ORDER BY sent_at, id`,
    values: [serviceId, broadcastMessageId],
  });
  return rows;
}
