import type { BroadcastMessage } from './broadcast-message.ts';
import type { BroadcastSettings } from './broadcast-settings.ts';

const hourMs = 60 * 60_000;

/** How long a broadcast lasts when nobody said so (broadcasts sheet §2.7). @returns milliseconds */
export function usualLength(settings: Pick<BroadcastSettings, 'channel'> | null): number {
  const isLong = settings?.channel === 'severe' || settings?.channel === 'government';
  return isLong ? 22.5 * hourMs : 4 * hourMs;
}

/** When a message begins and ends that is approved now. */
export function timesOf(
  { startsAt, finishesAt }: Pick<BroadcastMessage, 'startsAt' | 'finishesAt'>,
  settings: Pick<BroadcastSettings, 'channel'> | null,
  now: Date,
): { startsAt: Date; finishesAt: Date } {
  return {
    startsAt: startsAt ?? now,
    finishesAt: finishesAt ?? new Date(now.getTime() + usualLength(settings)),
  };
}
