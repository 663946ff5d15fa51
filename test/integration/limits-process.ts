/** The limits of processes, as the API uses them. */
import { afterEach } from 'vitest';
import type { KeyType } from '../../src/lib/api-keys/api-key.ts';
import { createRedis, type Redis } from '../../src/lib/cache/redis.ts';
import { isAppError } from '../../src/lib/core/errors.ts';
import { openDatabase } from '../../src/lib/db/database.ts';
import { createLimits, type LimitsOptions } from '../../src/lib/limits/create-limits.ts';
import type { CountedMessage } from '../../src/lib/limits/daily-count.ts';
import type { Limits } from '../../src/lib/limits/limits.ts';
import type { NotificationType } from '../../src/lib/notifications/notification.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { liveLimits, type Service } from '../../src/lib/services/service.ts';
import { createTestClock, type TestClock } from '../server/test-clock.ts';
import type { TestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait.ts';
import { aMessage, aServiceId, noon, storeMessages, watchDatabase, type WatchedDatabase } from './counted-messages.ts';

/** What a process has for its limits. */
export interface TestProcess {
  readonly db: WatchedDatabase;
  readonly limits: Limits;
  readonly redisErrors: () => number;
}

export interface ProcessOptions extends Partial<LimitsOptions> {
  readonly clock?: TestClock;
  readonly redisUrl?: string | null;
  /** False for a Redis that is not there. */
  readonly awaitRedis?: boolean;
}

/** Makes the limits of processes for single tests: each is closed after its test. */
export function useProcesses(database: Pick<TestDatabase, 'url'>): (options?: ProcessOptions) => Promise<TestProcess> {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  return async ({ clock = createTestClock(noon), redisUrl = null, awaitRedis = true, ...options } = {}) => {
    const db = openDatabase({ url: database.url, poolSize: 4, applicationName: 'a process' });
    closers.push(() => db.close());
    let errors = 0;
    const redis =
      redisUrl === null ? null : createRedis({ url: redisUrl, logger: silentLogger, onError: () => (errors += 1) });
    if (redis !== null) closers.push(() => redis.close());
    if (redis !== null && awaitRedis) await redisToAnswer(redis);
    const watched = watchDatabase(db);
    const limits = createLimits({ db: watched, clock, redis }, { rateLimited: true, ...options });
    closers.push(() => limits.close());
    return { db: watched, limits, redisErrors: () => errors };
  };
}

function redisToAnswer(connection: Redis): Promise<unknown> {
  return waitFor(async () => (await connection.call('PING')) === 'PONG', { what: 'Redis to answer' });
}

/** A live service, or one with limits of its own. */
export function aService(changes: Partial<Service> = {}): Service {
  return {
    id: aServiceId(),
    rateLimit: 3000,
    smsMessageLimit: liveLimits.sms,
    emailMessageLimit: liveLimits.email,
    letterMessageLimit: liveLimits.letter,
    internationalSmsMessageLimit: liveLimits.internationalSms,
    ...changes,
  } as Service;
}

export interface Sending {
  readonly notificationType?: NotificationType;
  readonly keyType?: KeyType;
  readonly message?: Partial<CountedMessage>;
}

/** A request as the API handles it: check, store, count, take note. */
export async function send({ db, limits }: TestProcess, service: Service, sending: Sending = {}): Promise<void> {
  const { notificationType = 'sms', keyType = 'normal', message } = sending;
  await limits.assertWithinLimits({ service, keyType, notificationType });
  const counts = await storeMessages(db, [aMessage({ serviceId: service.id, notificationType, keyType, ...message })]);
  limits.stored(counts);
}

/** How a check ends: `ok`, or the message and the seconds to wait. */
export async function outcome(check: Promise<unknown>): Promise<string> {
  try {
    await check;
    return 'ok';
  } catch (error) {
    if (!isAppError(error)) throw error;
    return `${error.kind.v2Error}: ${error.message}; ${String(error.details?.['retryAfterSeconds'])} s`;
  }
}

export async function outcomes(times: number, check: (index: number) => Promise<unknown>): Promise<string[]> {
  const all: string[] = [];
  for (let index = 0; index < times; index += 1) all.push(await outcome(check(index)));
  return all;
}

/** Seconds from noon to the next day. */
export const halfADay = 43_200;
