import type { KeyType } from '../api-keys/api-key.ts';
import { noAnswer, type Redis } from '../cache/redis.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { addDays, utcDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import type { Service } from '../services/service.ts';
import { dailyLimitOf, type CountedType, type DailyCountKey } from './daily-count.ts';
import { createDailyTotals, type Copy } from './daily-totals.ts';
import type { Limits } from './limits.ts';
import { createRedisLimits } from './redis-limits.ts';
import { createTokenBuckets } from './token-bucket.ts';

export interface LimitsDeps {
  readonly db: Database;
  readonly clock: Clock;
  /** Null: the process does without. */
  readonly redis: Redis | null;
}

export interface LimitsOptions {
  /** False switches the limit of requests in a minute off, not the daily limits. */
  readonly rateLimited: boolean;
  /** Called with how long Redis took to say whether a request is within the rate. */
  readonly onRateCheck?: (seconds: number) => void;
}

/**
 * The limits of a process: with Redis, those of all processes together. Without it, or while it is away, each process has
 * token buckets of its own, and the daily limits hold as before.
 */
export function createLimits({ db, clock, redis }: LimitsDeps, { rateLimited, onRateCheck }: LimitsOptions): Limits {
  const copies = redis === null ? null : createRedisLimits(redis);
  const totals = createDailyTotals({ db, copies });
  const buckets = createTokenBuckets();

  /** Takes a token; 0 = it passes, else the milliseconds until an attempt would. */
  const takeToken = async (service: Service, keyType: KeyType, now: Date): Promise<number> => {
    if (copies !== null) {
      const startedAt = performance.now();
      const waitMs = await copies.takeToken(service.id, keyType, service.rateLimit);
      if (waitMs !== noAnswer) {
        onRateCheck?.((performance.now() - startedAt) / 1000);
        return waitMs;
      }
    }
    return buckets.take(service.id, keyType, service.rateLimit, now.getTime());
  };

  const assertWithinDay = async (service: Service, key: DailyCountKey, copy: Copy, now: Date): Promise<void> => {
    const limit = dailyLimitOf(service, key.counted);
    const total = await totals.read(key, copy, { limit, margin: Math.ceil(service.rateLimit / 60) });
    if (total + 1 > limit) throw limitExceeded(key.counted, limit, now);
  };

  return {
    async assertWithinLimits({ service, keyType, notificationType }) {
      const now = clock.now();
      // Test keys have no daily limit, and what they send is not counted.
      const key = keyType === 'test' ? null : dailyKey(service, notificationType, now);
      const [waitMs, copy] = await Promise.all([
        rateLimited ? takeToken(service, keyType, now) : 0,
        key === null ? null : totals.readCopy(key),
      ]);
      if (waitMs > 0) throw rateExceeded(service, keyType, waitMs);
      if (key !== null) await assertWithinDay(service, key, copy, now);
    },
    async assertWithinDailyLimit({ service, keyType, counted }) {
      if (keyType === 'test') return;
      const now = clock.now();
      const key = dailyKey(service, counted, now);
      await assertWithinDay(service, key, await totals.readCopy(key), now);
    },
    stored: (counts) => totals.stored(counts),
    givenBack: (counts) => totals.givenBack(counts),
    close: () => totals.close(),
  };
}

function dailyKey({ id }: Service, counted: CountedType, now: Date): DailyCountKey {
  return { serviceId: id, counted, day: utcDate(now) };
}

const keyTypeNames: Readonly<Record<KeyType, string>> = { normal: 'LIVE', team: 'TEAM', test: 'TEST' };

function rateExceeded({ rateLimit }: Service, keyType: KeyType, waitMs: number): AppError {
  const message = `Exceeded rate limit for key type ${keyTypeNames[keyType]} of ${rateLimit} requests per 60 seconds`;
  return new AppError('TOO_MANY_REQUESTS', message, {
    details: { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) },
  });
}

/** The day ends at 00:00 UTC. */
function limitExceeded(counted: CountedType, limit: number, now: Date): AppError {
  const tomorrow = Date.parse(addDays(utcDate(now), 1));
  return new AppError('LIMIT_EXCEEDED', `Exceeded send limits (${counted}: ${limit}) for today`, {
    details: { retryAfterSeconds: Math.ceil((tomorrow - now.getTime()) / 1000) },
  });
}
