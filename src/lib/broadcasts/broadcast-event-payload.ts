import { toApiDateTime } from '../core/clock.ts';
import { languageOf, type BroadcastLanguage } from './broadcast-content.ts';
import type { BroadcastEvent } from './broadcast-event.ts';
import { polygonsOf } from './broadcast-message.ts';
import {
  broadcastHeadline,
  formatMessageNumber,
  type AlertFields,
  type BroadcastPayload,
  type BroadcastReference,
  type LanguageWord,
  type LinkTestPayload,
  type MessageFormat,
} from './broadcast-payload.ts';
import { toBroadcastDateTime, toLinkTestDateTime } from './broadcast-time.ts';
import type { BroadcastChannel } from './channel.ts';
import { formatOf, type BroadcastProvider, type ProviderMessage } from './provider-message.ts';

const languages: Readonly<Record<MessageFormat, Readonly<Record<BroadcastLanguage, LanguageWord>>>> = {
  cap: { english: 'en-GB', welsh: 'cy-GB' },
  ibag: { english: 'English', welsh: 'Welsh' },
};

export interface EventPayloadInput {
  readonly event: BroadcastEvent;
  readonly own: Pick<ProviderMessage, 'id' | 'provider' | 'messageNumber'>;
  /** The provider messages of the same network for every earlier event, oldest first. */
  readonly earlier: readonly Pick<ProviderMessage, 'id' | 'createdAt' | 'messageNumber'>[];
  /** The channel that the service has now. */
  readonly channel: BroadcastChannel;
}

/**
 * What a network's document about an event is made from (broadcasts sheet §3). All but its identifier, number, references
 * and channel comes from the event, so that every network gets the same.
 */
export function eventPayload({ event, own, earlier, channel }: EventPayloadInput): BroadcastPayload {
  const format = formatOf(own.provider);
  const common = {
    message_format: format,
    identifier: own.id,
    ...(format === 'ibag' && { message_number: formatMessageNumber(own.messageNumber!) }),
  };
  const references = earlier.map((message) => referenceTo(message, format));
  const sent = toBroadcastDateTime(event.sentAt);
  switch (event.messageType) {
    case 'alert':
      return { message_type: 'alert', ...common, ...alertFields(event, format, channel), sent };
    case 'update':
      return { message_type: 'update', ...common, ...alertFields(event, format, channel), sent, references };
    case 'cancel':
      return { message_type: 'cancel', ...common, sent, references };
  }
}

/** What a link test is made from. @param number of an IBAG document; null for CAP */
export function linkTestPayload(
  provider: BroadcastProvider,
  { identifier, number, now }: { identifier: string; number: number | null; now: Date },
): LinkTestPayload {
  return {
    message_type: 'test',
    message_format: formatOf(provider),
    identifier,
    ...(number !== null && { message_number: formatMessageNumber(number) }),
    sent: toLinkTestDateTime(now),
  };
}

type AlertParts = Omit<AlertFields, 'message_format' | 'identifier' | 'message_number' | 'sent'>;

function alertFields(event: BroadcastEvent, format: MessageFormat, channel: BroadcastChannel): AlertParts {
  const description = event.transmittedContent?.body ?? '';
  return {
    headline: broadcastHeadline,
    description,
    areas: polygonsOf(event.transmittedAreas).map((polygon) => ({ polygon })),
    expires: toBroadcastDateTime(event.transmittedFinishesAt),
    language: languages[format][languageOf(description)],
    channel,
  };
}

function referenceTo(
  { id, createdAt, messageNumber }: EventPayloadInput['earlier'][number],
  format: MessageFormat,
): BroadcastReference {
  return {
    message_id: id,
    ...(format === 'ibag' && { message_number: formatMessageNumber(messageNumber!) }),
    sent: toApiDateTime(createdAt),
  };
}
