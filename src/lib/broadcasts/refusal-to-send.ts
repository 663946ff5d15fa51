import type { Service } from '../services/service.ts';
import type { BroadcastEvent } from './broadcast-event.ts';
import type { BroadcastMessage } from './broadcast-message.ts';
import { maySend, type BroadcastProvider, type ProviderMessage } from './provider-message.ts';

export interface SendSituation {
  readonly event: BroadcastEvent;
  readonly provider: BroadcastProvider;
  readonly service: Pick<Service, 'active' | 'restricted'>;
  readonly message: Pick<BroadcastMessage, 'stubbed'>;
  /** What there is for this event and network already. */
  readonly own: Pick<ProviderMessage, 'status'> | null;
  /** The events of the message before this one, oldest first, with what there is for this network. */
  readonly earlier: readonly {
    readonly event: BroadcastEvent;
    readonly providerMessage: Pick<ProviderMessage, 'status'> | null;
  }[];
  readonly now: Date;
  /** Whether networks are given updates. */
  readonly updates: boolean;
}

/**
 * Why an event may not be sent to a network now; null when it may (broadcasts sheet §3, checks 1 to 4). Only what came
 * before it counts: later events are not looked at.
 */
export function refusalToSend(situation: SendSituation): string | null {
  const { event, provider, service, message, own, earlier, now, updates } = situation;
  const cannot = (reason: string): string =>
    `Cannot send broadcast_event ${event.id} to provider ${provider}: ${reason}`;
  if (!service.active) return cannot('the service is suspended');
  if (service.restricted) return cannot('the service is not live');
  if (message.stubbed) return cannot('the broadcast message is stubbed');
  if (own !== null && !maySend(own.status)) return cannot(`It is in status ${own.status}`);
  if (event.transmittedFinishesAt < now) {
    return cannot(`The expiry time of ${pythonDateTime(event.transmittedFinishesAt)} has already passed`);
  }
  for (const { event: previous, providerMessage } of earlier) {
    const problem = problemOf(providerMessage, provider);
    if (problem === null) continue;
    return (
      `Cannot send ${event.id}. Previous event ${previous.id} (type ${previous.messageType}) ${problem}\n` +
      // The spelling is part of the words that operators know.
      'You must ensure that the other event sends succesfully, then manually kick off this event again by re-running send_broadcast_provider_message for this event and provider.'
    );
  }
  return event.messageType === 'update' && !updates ? cannot('broadcast updates are not enabled') : null;
}

function problemOf(previous: Pick<ProviderMessage, 'status'> | null, provider: BroadcastProvider): string | null {
  if (previous === null) return `has no provider_message for provider ${provider} yet.`;
  if (previous.status === 'returned-ack') return null;
  return `has not finished sending to provider ${provider} yet.\nIt is currently in status "${previous.status}".`;
}

/** As Python writes a time: `2021-01-01 11:59:00`, and its fraction only when there is one. */
function pythonDateTime(instant: Date): string {
  const text = instant.toISOString().replace('T', ' ').replace('Z', '');
  return text.endsWith('.000') ? text.slice(0, -4) : `${text}000`;
}
