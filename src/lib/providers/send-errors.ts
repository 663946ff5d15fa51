import { noAnswer, type Redis } from '../cache/redis.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Queryable } from '../db/database.ts';
import { errorWindowMs, maxErrors } from './failover.ts';
import { insertSendError } from './send-error-repository.ts';

/** The failed sends of the last minute, by provider, of all processes together. */
export interface SendErrors {
  /** Notes one. True when there are now more than 50. */
  note(identifier: string): Promise<boolean>;
}

/** `<provider>-error-rate` holds the times of the last minute's errors, for a minute (data sheet §4.4). */
export function errorRateKey(identifier: string): string {
  return `${identifier}-error-rate`;
}

// More than the decision needs are not kept. The time is that of Redis, which the processes share.
const noteScript = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[2]))
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -2 - tonumber(ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])`;

/** Counts in Redis; without one, or while it is away, in the database. */
export function createSendErrors({
  db,
  redis,
  clock,
  ids,
}: {
  db: Queryable;
  redis: Redis | null;
  clock: Clock;
  ids: Ids;
}): SendErrors {
  const countInDatabase = async (identifier: string): Promise<number> => {
    const at = clock.now();
    return insertSendError(db, {
      identifier,
      at,
      since: new Date(at.getTime() - errorWindowMs),
      kept: maxErrors + 1,
    });
  };
  return {
    async note(identifier) {
      const answer = await redis?.run(noteScript, [errorRateKey(identifier)], [ids.uuid(), errorWindowMs, maxErrors]);
      const count = answer === undefined || answer === noAnswer ? await countInDatabase(identifier) : Number(answer);
      return count > maxErrors;
    },
  };
}
