import { notAllowed } from './not-allowed.ts';

/** The channels of cell broadcast, and what they are called in the documents (broadcasts sheet §5). */

export type BroadcastChannel = 'test' | 'operator' | 'severe' | 'government';

/** In the order in which messages list them. */
export const broadcastChannels: readonly BroadcastChannel[] = ['test', 'operator', 'severe', 'government'];

export interface ChannelWords {
  /** The message identifier on the radio, which handsets are set to show or not. */
  readonly cellBroadcastId: number;
  readonly capEvent: string;
  /** Ends in ENGLISH for Welsh text, too. */
  readonly ibagCategory: string;
}

const words: Readonly<Record<BroadcastChannel, ChannelWords>> = {
  test: { cellBroadcastId: 4380, capEvent: 'RMT', ibagCategory: '4380-CAT5-ENGLISH' },
  operator: { cellBroadcastId: 4382, capEvent: 'OPR', ibagCategory: '4382-CAT7-ENGLISH' },
  severe: { cellBroadcastId: 4378, capEvent: 'Alert', ibagCategory: '4378-CAT3-ENGLISH' },
  government: { cellBroadcastId: 4370, capEvent: 'EAN', ibagCategory: '4370-CAT1-ENGLISH' },
};

export function channelWords(channel: BroadcastChannel): ChannelWords {
  return words[channel];
}

/** The channel of that name. Case matters. @throws AppError VALIDATION_FAILED */
export function readChannel(text: string): BroadcastChannel {
  const channel = broadcastChannels.find((candidate) => candidate === text);
  if (channel === undefined) throw notAllowed(text, 'channel', broadcastChannels);
  return channel;
}
