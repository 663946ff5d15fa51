import { setTimeout as delay } from 'node:timers/promises';
import type { ProviderLimits } from '../config/provider-keys.ts';
import { AppError } from '../core/errors.ts';
import { createTurns } from '../core/turns.ts';
import type { MessageProvider } from './provider.ts';

/**
 * A provider that is given so many messages a second, and so many at the same time; more of them wait their turn, first
 * come first served. Closing it ends the waiting with PROVIDER_FAILED.
 */
export function limitProvider<Message>(
  provider: MessageProvider<Message>,
  { perSecond, concurrent }: ProviderLimits,
): MessageProvider<Message> {
  const turns = createTurns(concurrent);
  const closing = new AbortController();
  const pace = createPace(perSecond, closing.signal);
  return {
    ...provider,
    async send(message) {
      await turns.take();
      try {
        await pace();
        if (closing.signal.aborted)
          throw new AppError('PROVIDER_FAILED', 'The process stopped before the message was sent');
        return await provider.send(message);
      } finally {
        turns.giveBack();
      }
    },
    async close() {
      closing.abort();
      await provider.close?.();
    },
  };
}

/** Departures at even distances: a second's worth at once would still be a burst to the provider. */
function createPace(perSecond: number | null, signal: AbortSignal): () => Promise<void> {
  if (perSecond === null) return async () => undefined;
  const distance = 1000 / perSecond;
  let nextAt = 0;
  return async () => {
    const now = performance.now();
    const departure = Math.max(now, nextAt);
    nextAt = departure + distance;
    if (departure > now) await delay(departure - now, undefined, { signal }).catch(() => undefined);
  };
}
