import type { KeyType } from '../api-keys/api-key.ts';

/** What is left of a rate, and since when (public API sheet §6). */
export interface TokenBucket {
  readonly tokens: number;
  /** Milliseconds since 1970 at which the last whole token came in; what has passed since then is not lost. */
  readonly replenishedAt: number;
}

const periodMs = 60_000;
const maxCapacity = 1000;

/** How many tokens a bucket holds: a third of a minute's, and at most 1000. */
export function capacityOf(rateLimit: number): number {
  return Math.min(Math.ceil(rateLimit / 3) + 1, maxCapacity);
}

/**
 * Takes a token from a bucket (undefined = a full one) of `rateLimit` tokens a minute. An attempt takes its token also
 * when it is refused, which it is when less than one is left then. `waitMs` is 0 when the attempt passes, else the time
 * until one would. `takeTokenScript` is the same for Redis.
 */
export function takeToken(
  bucket: TokenBucket | undefined,
  rateLimit: number,
  now: number,
): { bucket: TokenBucket; waitMs: number } {
  const capacity = capacityOf(rateLimit);
  let tokens = bucket?.tokens ?? capacity;
  // A clock that was set back must not keep the bucket empty until it is where it was.
  let replenishedAt = Math.min(bucket?.replenishedAt ?? now, now);
  const whole = Math.floor(((now - replenishedAt) * rateLimit) / periodMs);
  if (whole > 0) {
    tokens += whole;
    replenishedAt += (whole * periodMs) / rateLimit;
  }
  tokens = Math.max(Math.min(tokens, capacity) - 1, 0);
  return {
    bucket: { tokens, replenishedAt },
    waitMs: tokens >= 1 ? 0 : waitOf(tokens, rateLimit, now - replenishedAt),
  };
}

/** An attempt passes when the bucket holds two tokens. One that never fills has no such time: then a period. */
function waitOf(tokens: number, rateLimit: number, sinceReplenished: number): number {
  return rateLimit > 0 ? ((2 - tokens) * periodMs) / rateLimit - sinceReplenished : periodMs;
}

/** The buckets of a process, where there is no Redis to share them. */
export interface TokenBuckets {
  /** Takes a token; 0 = it passes, else the milliseconds until an attempt would. */
  take(serviceId: string, keyType: KeyType, rateLimit: number, now: number): number;
}

const defaultMaxBuckets = 10_000;

export function createTokenBuckets({ maxBuckets = defaultMaxBuckets } = {}): TokenBuckets {
  const buckets = new Map<string, TokenBucket>();
  return {
    take(serviceId, keyType, rateLimit, now) {
      const name = `${serviceId}-${keyType}`;
      const { bucket, waitMs } = takeToken(buckets.get(name), rateLimit, now);
      // The one used longest ago goes first: it is the fullest.
      buckets.delete(name);
      if (buckets.size >= maxBuckets) buckets.delete(buckets.keys().next().value!);
      buckets.set(name, bucket);
      return waitMs;
    },
  };
}
