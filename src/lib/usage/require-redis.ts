import type { Redis, RequiredRedis } from '../cache/redis.ts';
import { AppError } from '../core/errors.ts';

/**
 * Redis for a command that is nothing without it.
 *
 * @throws AppError CONFIG_INVALID without REDIS_URL (data sheet §3.4)
 */
export function requireRedis(redis: Redis | null): RequiredRedis {
  if (redis !== null) return redis.required;
  throw new AppError('CONFIG_INVALID', 'Cannot populate redis template usage - redis not enabled', {
    hint: 'Set REDIS_URL.',
  });
}
