import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database, Queryable } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { findBroadcastEvent, listBroadcastEvents } from './broadcast-event-repository.ts';
import { eventPayload } from './broadcast-event-payload.ts';
import type { BroadcastEvent } from './broadcast-event.ts';
import { findBroadcastMessage } from './broadcast-message-repository.ts';
import { noSuchBroadcast } from './broadcast-message.ts';
import type { BroadcastPayload } from './broadcast-payload.ts';
import { findBroadcastSettings } from './broadcast-settings-repository.ts';
import {
  claimProviderMessage,
  insertMessageNumber,
  insertProviderMessage,
  insertSendRecord,
  listProviderMessages,
} from './provider-message-repository.ts';
import { formatOf, type BroadcastProvider, type ProviderMessage } from './provider-message.ts';
import { refusalToSend } from './refusal-to-send.ts';

export interface BeginSendDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secretBox: SecretBox;
}

export interface BeginSendInput {
  readonly broadcastEventId: string;
  readonly provider: BroadcastProvider;
  /** Whether networks are given updates. */
  readonly updates: boolean;
  /** Seconds for which the attempt holds the message, at most. */
  readonly holdFor: number;
}

/** What an attempt begins with. */
export type SendBeginning =
  | { readonly kind: 'ready'; readonly id: string; readonly claim: string; readonly payload: BroadcastPayload }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Another attempt is under way, for so many seconds at most. */
  | { readonly kind: 'busy'; readonly seconds: number };

/**
 * Decides whether an event may be sent to a network now, and takes its provider message for one attempt, making it when
 * this is the first (broadcasts sheet §3). A repeated attempt has the same document, number and references.
 *
 * Attempts for one event are decided one after the other, so that only one of them at a time sends.
 *
 * @throws AppError NOT_FOUND
 */
export async function beginSend(deps: BeginSendDeps, input: BeginSendInput): Promise<SendBeginning> {
  const { broadcastEventId, provider, updates, holdFor } = input;
  return deps.db.transaction(async (tx) => {
    const event = await findBroadcastEvent(tx, broadcastEventId, { lock: true });
    if (event === null) throw new AppError('NOT_FOUND', `No broadcast event has the id '${broadcastEventId}'`);
    const { serviceId } = event;
    const message = await findBroadcastMessage(tx, deps.secretBox, { serviceId, id: event.broadcastMessageId });
    if (message === null) throw noSuchBroadcast();
    const service = await requireService({ db: tx }, serviceId);
    const now = deps.clock.now();
    const { own, earlier } = await messagesFor(tx, event, provider);
    const reason = refusalToSend({ event, provider, service, message, own, earlier, now, updates });
    if (reason !== null) return refuse(tx, { event, provider, reason, own, now });
    const settings = await findBroadcastSettings(tx, serviceId);
    if (settings === null) {
      const noChannel = `Cannot send broadcast_event ${event.id} to provider ${provider}: the service has no channel`;
      return refuse(tx, { event, provider, reason: noChannel, own, now });
    }

    const providerMessage = own ?? (await makeProviderMessage(deps, tx, event, provider));
    const claim = deps.ids.uuid();
    const seconds = await claimProviderMessage(tx, { id: providerMessage.id, claim, seconds: holdFor });
    if (seconds > 0) return { kind: 'busy', seconds };
    const payload = eventPayload({
      event,
      own: providerMessage,
      earlier: earlier.flatMap(({ providerMessage: previous }) => previous ?? []),
      channel: settings.channel,
    });
    return { kind: 'ready', id: providerMessage.id, claim, payload };
  });
}

async function messagesFor(tx: Queryable, event: BroadcastEvent, provider: BroadcastProvider) {
  const { serviceId, broadcastMessageId } = event;
  const events = await listBroadcastEvents(tx, { serviceId, broadcastMessageId });
  const before = events.filter(({ sentAt }) => sentAt < event.sentAt);
  const messages = await listProviderMessages(tx, [event.id, ...before.map(({ id }) => id)], { provider });
  const messageOf = (eventId: string): ProviderMessage | null =>
    messages.find((message) => message.broadcastEventId === eventId) ?? null;
  return {
    own: messageOf(event.id),
    earlier: before.map((previous) => ({ event: previous, providerMessage: messageOf(previous.id) })),
  };
}

async function makeProviderMessage(
  { ids, clock }: BeginSendDeps,
  tx: Queryable,
  event: BroadcastEvent,
  provider: BroadcastProvider,
): Promise<ProviderMessage> {
  const createdAt = clock.now();
  const message = { id: ids.uuid(), broadcastEventId: event.id, provider, createdAt };
  await insertProviderMessage(tx, message);
  const messageNumber = formatOf(provider) === 'ibag' ? await insertMessageNumber(tx, message.id) : null;
  await insertSendRecord(tx, {
    broadcastEventId: event.id,
    provider,
    providerMessageId: message.id,
    status: 'sending',
    errorDetail: null,
    createdAt,
  });
  return { ...message, status: 'sending', updatedAt: null, messageNumber };
}

/** Nothing is sent, and nothing is made but a record of it. */
async function refuse(
  tx: Queryable,
  input: {
    event: BroadcastEvent;
    provider: BroadcastProvider;
    reason: string;
    own: ProviderMessage | null;
    now: Date;
  },
): Promise<SendBeginning> {
  const { event, provider, reason, own, now } = input;
  await insertSendRecord(tx, {
    broadcastEventId: event.id,
    provider,
    providerMessageId: own?.id ?? null,
    status: 'refused',
    errorDetail: { message: reason },
    createdAt: now,
  });
  return { kind: 'refused', reason };
}
