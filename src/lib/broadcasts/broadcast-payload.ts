import type { BroadcastChannel } from './channel.ts';
import type { BroadcastLanguage } from './broadcast-content.ts';
import type { Ring } from './polygon.ts';

/**
 * What a document is made from: the payload that a proxy of a mobile network gets, one for each document (broadcasts
 * sheet §3). Keys are those of its JSON.
 */

export type MessageFormat = 'cap' | 'ibag';
export const messageFormats: readonly MessageFormat[] = ['cap', 'ibag'];

export type MessageType = 'alert' | 'update' | 'cancel' | 'test';
export const messageTypes: readonly MessageType[] = ['alert', 'update', 'cancel', 'test'];

/** How payloads spell languages: as CAP does, or as IBAG does. Either format takes either. */
export type LanguageWord = 'en-GB' | 'cy-GB' | 'English' | 'Welsh';

export const languageWords: Readonly<Record<LanguageWord, BroadcastLanguage>> = {
  'en-GB': 'english',
  'cy-GB': 'welsh',
  English: 'english',
  Welsh: 'welsh',
};

/** An earlier document about the same message, for the same network. */
export interface BroadcastReference {
  readonly message_id: string;
  /** Written as it is given; in CAP only. */
  readonly sent: string;
  /** IBAG only: 8 hexadecimal digits. */
  readonly message_number?: string;
}

export interface PayloadArea {
  readonly polygon?: Ring;
  /** More polygons of the same area. */
  readonly polygons?: readonly Ring[];
  /** CAP only: instead of `area-1`, `area-2`, … */
  readonly description?: string;
  /** IBAG only. */
  readonly geocodes?: readonly string[];
}

interface CommonFields {
  readonly message_format: MessageFormat;
  /** IBAG only, required there: 8 hexadecimal digits. */
  readonly message_number?: string;
  /** CAP only: another sender than the product's. */
  readonly sender?: string;
}

export interface AlertFields extends CommonFields {
  /** Id of the provider message, never of the event. */
  readonly identifier: string;
  /** Required by CAP; IBAG has none. */
  readonly headline?: string;
  readonly description: string;
  readonly areas: readonly PayloadArea[];
  /** `YYYY-MM-DDThh:mm:ss-00:00`. */
  readonly sent: string;
  /** As `sent`. */
  readonly expires: string;
  /** Absent: Welsh when a letter of the description needs it, else English. */
  readonly language?: LanguageWord;
  readonly channel: BroadcastChannel;
  /** CAP only. */
  readonly web?: string;
  /** CAP only: another name than the product's. */
  readonly sender_name?: string;
}

export interface AlertPayload extends AlertFields {
  readonly message_type: 'alert';
}

export interface UpdatePayload extends AlertFields {
  readonly message_type: 'update';
  /** Oldest first; at least one. */
  readonly references: readonly BroadcastReference[];
}

export interface CancelPayload extends CommonFields {
  readonly message_type: 'cancel';
  readonly identifier: string;
  readonly sent: string;
  /** Oldest first; at least one. */
  readonly references: readonly BroadcastReference[];
}

export interface LinkTestPayload extends CommonFields {
  readonly message_type: 'test';
  /** Required by CAP; IBAG does not write it. */
  readonly identifier?: string;
  /** Absent: the present minute. */
  readonly sent?: string;
}

export type BroadcastPayload = AlertPayload | UpdatePayload | CancelPayload | LinkTestPayload;

/** The headline of every alert of the product. */
export const broadcastHeadline = 'GOV.UK Emergency Alert';

/** A message number as documents spell it: `78` → `0000004e`. @throws RangeError outside four octets */
export function formatMessageNumber(number: number): string {
  if (!Number.isInteger(number) || number < 0 || number > 0xffff_ffff)
    throw new RangeError(`${number} is not a message number: it has four octets`);
  return number.toString(16).padStart(8, '0');
}
