import type { MessageFormat } from './broadcast-payload.ts';

/** The document of one event for one mobile network (broadcasts sheet §1, §3). */

export const broadcastProviders = ['ee', 'vodafone', 'three', 'o2'] as const;

/** A mobile network. */
export type BroadcastProvider = (typeof broadcastProviders)[number];

/** `technical-failure` is an operator's brake: nothing is sent again. */
export type ProviderMessageStatus = 'sending' | 'returned-ack' | 'returned-error' | 'technical-failure';

export interface ProviderMessage {
  /** The identifier in the document. */
  readonly id: string;
  readonly broadcastEventId: string;
  readonly provider: BroadcastProvider;
  readonly status: ProviderMessageStatus;
  /** What references to it carry as `sent`. */
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
  /** The number of an IBAG document; null for CAP. */
  readonly messageNumber: number | null;
}

/** The format that a network takes. */
export function formatOf(provider: BroadcastProvider): MessageFormat {
  return provider === 'vodafone' ? 'ibag' : 'cap';
}

/** What may be tried (again): an acknowledged document is done with, and a braked one stays where it is. */
export function maySend(status: ProviderMessageStatus): boolean {
  return status === 'sending' || status === 'returned-error';
}

export function isBroadcastProvider(text: string): text is BroadcastProvider {
  return (broadcastProviders as readonly string[]).includes(text);
}
