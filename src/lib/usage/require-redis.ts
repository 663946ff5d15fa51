import type { Redis, RequiredRedis } from '../cache/redis.ts';
import { AppError } from '../core/errors.ts';

/**
 * Redis for a command that is nothing without it.
 *
 * @throws AppError CONFIG_INVALID without REDIS_URL (data sheet §3.4)
 */
export function requireRedis(redis: Redis | null): RequiredRedis {
  if (redis !== null) return redis.required;
  throw new AppError('CONFIG_INVALID', 'There is no Redis to rebuild the usage of templates in: REDIS_URL is not set', {
    hint: "Set REDIS_URL, or redisUrl in notify.config.json, such as redis://localhost:6379. Without Redis 'notify template-usage show' counts the stored messages.",
  });
}
