import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { findSender, listSendersOfType } from './sender-repository.ts';
import { senderTypes, type Sender, type SenderType } from './sender.ts';
import { requireService } from './show-service.ts';

/** The senders of a service, of one type or all; the default of each type first. @throws AppError NOT_FOUND */
export async function listSenders(
  { db }: { db: Queryable },
  input: { serviceId: string; type?: SenderType | null },
): Promise<Sender[]> {
  await requireService({ db }, input.serviceId);
  const senders: Sender[] = [];
  for (const type of senderTypes) {
    if ((input.type ?? type) === type) senders.push(...(await listSendersOfType(db, input.serviceId, type)));
  }
  return senders;
}

/** A sender that there may be, archived ones included; null when there is none. */
export async function findSenderById({ db }: { db: Queryable }, id: string): Promise<Sender | null> {
  return findSender(db, id);
}

/**
 * A sender by its id; with a service or a type, only one of these.
 *
 * @throws AppError NOT_FOUND
 */
export async function requireSender(
  { db }: { db: Queryable },
  input: { senderId: string; serviceId?: string; type?: SenderType },
): Promise<Sender> {
  const sender = await findSender(db, input.senderId);
  const isMeant =
    sender !== null &&
    (input.serviceId ?? sender.serviceId) === sender.serviceId &&
    (input.type ?? sender.type) === sender.type;
  if (isMeant) return sender;
  throw new AppError(
    'NOT_FOUND',
    `No text message sender, reply-to address or letter contact has the id '${input.senderId}'`,
  );
}

/** A letter contact of this service that is in use, or null. */
export async function findLetterContact(
  { db }: { db: Queryable },
  serviceId: string,
  id: string,
): Promise<Sender | null> {
  return (await listSendersOfType(db, serviceId, 'letter')).find((contact) => contact.id === id) ?? null;
}
