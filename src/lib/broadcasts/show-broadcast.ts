import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { listBroadcastEvents } from './broadcast-event-repository.ts';
import type { BroadcastEvent } from './broadcast-event.ts';
import {
  findBroadcastMessage,
  findServiceOfBroadcast,
  listBroadcastMessages,
  listPublicAlerts,
  type PublicAlert,
} from './broadcast-message-repository.ts';
import { noSuchBroadcast, type BroadcastMessage, type BroadcastStatus } from './broadcast-message.ts';
import { listProviderMessages, listSendRecords, type SendRecord } from './provider-message-repository.ts';
import type { ProviderMessage } from './provider-message.ts';

interface Deps {
  readonly db: Database;
  readonly secretBox: SecretBox;
}

/** @throws AppError NOT_FOUND for an unknown message, and for another service's */
export async function showBroadcast(
  { db, secretBox }: Deps,
  input: { serviceId: string; id: string },
): Promise<BroadcastMessage> {
  const message = await findBroadcastMessage(db, secretBox, input);
  if (message === null) throw noSuchBroadcast();
  return message;
}

/** The service of a message, for operators. @throws AppError NOT_FOUND */
export async function serviceOfBroadcast({ db }: Pick<Deps, 'db'>, id: string): Promise<string> {
  const serviceId = await findServiceOfBroadcast(db, id);
  if (serviceId === null) throw noSuchBroadcast();
  return serviceId;
}

/** A message as an operator knows it, by its id alone. @throws AppError NOT_FOUND */
export async function showBroadcastById(deps: Deps, id: string): Promise<BroadcastMessage> {
  return showBroadcast(deps, { serviceId: await serviceOfBroadcast(deps, id), id });
}

/** Broadcasts of a service, oldest first. @throws AppError NOT_FOUND for an unknown service */
export async function listBroadcasts(
  { db, secretBox }: Deps,
  input: { serviceId: string; status?: BroadcastStatus | null; limit?: number | null },
): Promise<BroadcastMessage[]> {
  await requireService({ db }, input.serviceId);
  const { serviceId, status = null, limit = null } = input;
  return listBroadcastMessages(db, secretBox, { serviceId, status, limit });
}

/** An event, what became of it at each network, and how. */
export interface BroadcastProgress {
  readonly event: BroadcastEvent;
  readonly providerMessages: readonly ProviderMessage[];
  /** Attempts, refused ones included; oldest first, the newest hundreds of them. */
  readonly records: readonly SendRecord[];
}

const mostRecords = 500;

/** The events of a message, oldest first. */
export async function showBroadcastProgress(
  { db }: Pick<Deps, 'db'>,
  { serviceId, id }: { serviceId: string; id: string },
): Promise<BroadcastProgress[]> {
  const events = await listBroadcastEvents(db, { serviceId, broadcastMessageId: id });
  const eventIds = events.map((event) => event.id);
  const messages = Map.groupBy(await listProviderMessages(db, eventIds), (message) => message.broadcastEventId);
  const records = Map.groupBy(
    await listSendRecords(db, eventIds, { limit: mostRecords }),
    (record) => record.broadcastEventId,
  );
  return events.map((event) => ({
    event,
    providerMessages: messages.get(event.id) ?? [],
    records: records.get(event.id) ?? [],
  }));
}

/** Before, the public was not told. */
const publicSince = new Date('2021-05-25T00:00:00Z');

/** What was really broadcast, for the public's list of alerts; the newest first (broadcasts sheet §11). */
export async function listAlertsForPublic({ db }: Pick<Deps, 'db'>): Promise<PublicAlert[]> {
  return listPublicAlerts(db, publicSince);
}
