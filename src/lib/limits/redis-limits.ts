import type { KeyType } from '../api-keys/api-key.ts';
import { noAnswer, type NoAnswer, type Redis } from '../cache/redis.ts';
import { nameOf, type DailyCountKey } from './daily-count.ts';

/**
 * The same arithmetic as `takeToken`. The bucket is 12 bytes: the time it was last replenished as a double, in seconds,
 * and its tokens as a 32-bit integer; anything shorter is a full bucket. The time is that of Redis, which the processes
 * share. Answers the milliseconds until an attempt would pass, 0 when this one does.
 */
const takeTokenScript = `
local rate = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local capacity = math.min(math.ceil(rate / 3) + 1, 1000)
local replenished, tokens = now, capacity
local stored = redis.call('GET', KEYS[1])
if stored and #stored >= 12 then
  replenished, tokens = struct.unpack('<di4', stored)
  if not (replenished <= now) then replenished = now end
end
local whole = math.floor((now - replenished) * rate / 60)
if whole > 0 then
  tokens = tokens + whole
  replenished = replenished + whole * 60 / rate
end
tokens = math.max(math.min(tokens, capacity) - 1, 0)
redis.call('SET', KEYS[1], struct.pack('<di4', replenished, tokens))
if tokens >= 1 then return 0 end
if rate <= 0 then return 60000 end
return math.ceil(((2 - tokens) * 60 / rate - (now - replenished)) * 1000)`;

/** Totals are told in any order: the largest stays. A day's key lives for a day, whatever is written later. */
const raiseScript = `
local count = redis.call('GET', KEYS[1])
if not count then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', 86400)
elseif (tonumber(count) or 0) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL')
end
return 0`;

/** `<service id>-tokens-<key type>` holds a bucket, for ever. */
export function tokensKey(serviceId: string, keyType: KeyType): string {
  return `${serviceId}-tokens-${keyType}`;
}

/** `<service id>-<type>-<YYYY-MM-DD>-count` holds the total of a day, for a day. */
export function dailyCountKey(key: DailyCountKey): string {
  return `${nameOf(key)}-count`;
}

/** The limits' keys in Redis (public API sheet §6, data sheet §4.4). Copies: the truth is in the database. */
export interface RedisLimits {
  /** Takes a token; 0 = it passes, else the milliseconds until an attempt would. */
  takeToken(serviceId: string, keyType: KeyType, rateLimit: number): Promise<number | NoAnswer>;
  /** The total of a counter; null when it is not kept. */
  readCount(key: DailyCountKey): Promise<number | null | NoAnswer>;
  /** Raises a counter to a total, or begins to keep it. False when Redis did not take note. */
  raise(key: DailyCountKey, count: number): Promise<boolean>;
  /** Sets a counter that is kept to a total. False when Redis did not take note. */
  correct(key: DailyCountKey, count: number): Promise<boolean>;
}

export function createRedisLimits(redis: Redis): RedisLimits {
  return {
    async takeToken(serviceId, keyType, rateLimit) {
      const answer = await redis.run(takeTokenScript, [tokensKey(serviceId, keyType)], [rateLimit]);
      return answer === noAnswer ? noAnswer : Number(answer);
    },
    async readCount(key) {
      const answer = await redis.call('GET', dailyCountKey(key));
      if (answer === noAnswer || answer === null) return answer;
      const count = Number(answer);
      return Number.isSafeInteger(count) ? count : null;
    },
    async raise(key, count) {
      return (await redis.run(raiseScript, [dailyCountKey(key)], [count])) !== noAnswer;
    },
    async correct(key, count) {
      return (await redis.call('SET', dailyCountKey(key), count, 'XX', 'KEEPTTL')) !== noAnswer;
    },
  };
}
