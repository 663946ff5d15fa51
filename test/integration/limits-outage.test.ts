import { Redis as Client } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from '../../src/lib/services/service.ts';
import { useRedis } from '../support/redis.ts';
import { skipUnless } from '../support/skip-unless.ts';
import { useTestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait.ts';
import { countOf, today } from './counted-messages.ts';
import {
  aService,
  halfADay,
  outcome,
  outcomes,
  send,
  useProcesses,
  type ProcessOptions,
  type TestProcess,
} from './limits-process.ts';

const database = useTestDatabase();
const aProcess = useProcesses(database);
const { redis, suite } = await useRedis();
const isOwnServer = !process.env['TEST_REDIS_URL'];
const outages = isOwnServer ? suite : skipUnless(false, 'the Redis of TEST_REDIS_URL cannot be stopped');

outages('Redis', () => {
  let client: Client;
  beforeAll(() => {
    client = new Client(redis.url);
    client.on('error', () => undefined);
  });
  afterAll(() => client.disconnect());

  const withRedis = (options: ProcessOptions = {}): Promise<TestProcess> =>
    aProcess({ redisUrl: redis.url, ...options });
  const dailyKey = ({ id }: Service): string => `${id}-sms-${today}-count`;
  /** Waits for what a process writes after its answer. */
  const copyToBe = (service: Service, count: number): Promise<unknown> =>
    waitFor(async () => (await client.get(dailyKey(service))) === String(count), { what: `a count of ${count}` });

  describe('that goes away', () => {
    it('fails no check, and limits hold until it is back and then', { timeout: 30_000 }, async () => {
      const processes = [await withRedis(), await withRedis()];
      const service = aService({ smsMessageLimit: 200, rateLimit: 6_000_000 });
      const results: string[] = [];
      let isOver = false;
      const load = processes.map(async (from) => {
        while (!isOver) {
          results.push(await outcome(send(from, service)));
          await delay(2);
        }
      });
      const refused = `TooManyRequestsError: Exceeded send limits (sms: 200) for today; ${halfADay} s`;
      const passed = (): number => results.filter((result) => result === 'ok').length;

      await waitFor(() => passed() >= 30);
      await redis.server!.stop();
      await waitFor(() => passed() >= 90);
      await redis.server!.start();
      await waitFor(async () => Number(await client.get(dailyKey(service))) > 90, { what: 'Redis to be used again' });
      await waitFor(() => results.filter((result) => result === refused).length >= 10);
      isOver = true;
      await Promise.all(load);

      expect(new Set(results)).toEqual(new Set(['ok', refused]));
      // Two that check at the same moment may both be the last.
      expect(passed()).toBeGreaterThanOrEqual(200);
      expect(passed()).toBeLessThanOrEqual(201);
      expect(await countOf(database.db, service.id)).toBe(passed());
      await copyToBe(service, passed());
      expect(processes.every(({ redisErrors }) => redisErrors() > 0)).toBe(true);
    });

    it('without a word keeps a request waiting for a moment only, and then none', { timeout: 30_000 }, async () => {
      const a = await withRedis();
      const service = aService({ smsMessageLimit: 6, rateLimit: 10 });
      await send(a, service);
      redis.server!.pause();
      try {
        const startedAt = performance.now();
        await send(a, service);
        expect(performance.now() - startedAt).toBeLessThan(1000);
        const nextAt = performance.now();
        expect(await outcomes(3, () => send(a, service))).toEqual(['ok', 'ok', 'ok']);
        expect(performance.now() - nextAt).toBeLessThan(400);
        expect(await outcome(send(a, service))).toMatch(/^RateLimitError/);
        await a.limits.close();
      } finally {
        redis.server!.resume();
      }
      await client.set(`${service.id}-tokens-normal`, '');
      // What it could not be told while it was paused, it is told before it is believed.
      await waitFor(async () => {
        await outcome(a.limits.assertWithinLimits({ service, keyType: 'normal', notificationType: 'sms' }));
        return (await client.get(dailyKey(service))) === '5';
      });
      expect(a.redisErrors()).toBeGreaterThan(0);
    });

    it('is not needed at the start', async () => {
      const a = await aProcess({ redisUrl: 'redis://127.0.0.1:1', awaitRedis: false });
      const service = aService({ smsMessageLimit: 1, rateLimit: 10 });
      expect(await outcomes(2, () => send(a, service))).toEqual([
        'ok',
        `TooManyRequestsError: Exceeded send limits (sms: 1) for today; ${halfADay} s`,
      ]);
    });
  });
});
