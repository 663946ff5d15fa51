import type { BroadcastAreas } from './broadcast-message.ts';

/** One instruction to the networks about a message (broadcasts sheet §1). Written once, never changed. */

export type BroadcastEventType = 'alert' | 'update' | 'cancel';

export interface BroadcastEvent {
  readonly id: string;
  readonly serviceId: string;
  readonly broadcastMessageId: string;
  /** `<sent>` of its documents. Different for each event of a message: the later one refers to those before it. */
  readonly sentAt: Date;
  readonly messageType: BroadcastEventType;
  /** The text as networks get it. */
  readonly transmittedContent: { readonly body: string } | null;
  readonly transmittedAreas: BroadcastAreas;
  readonly transmittedSender: string;
  readonly transmittedStartsAt: Date | null;
  readonly transmittedFinishesAt: Date;
}
