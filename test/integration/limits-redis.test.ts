import { Redis as Client } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CountedType } from '../../src/lib/limits/daily-count.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { useRedis } from '../support/redis.ts';
import { useTestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait.ts';
import { aMessage, countOf, insertMessage, storeMessages, today } from './counted-messages.ts';
import {
  aService,
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

suite('in Redis', () => {
  let client: Client;
  beforeAll(() => {
    client = new Client(redis.url);
    client.on('error', () => undefined);
  });
  afterAll(() => client.disconnect());

  const withRedis = (options: ProcessOptions = {}): Promise<TestProcess> =>
    aProcess({ redisUrl: redis.url, ...options });
  const dailyKey = ({ id }: Service, counted: CountedType = 'sms'): string => `${id}-${counted}-${today}-count`;
  /** Waits for what a process writes after its answer. */
  const copyToBe = (service: Service, count: number): Promise<unknown> =>
    waitFor(async () => (await client.get(dailyKey(service))) === String(count), { what: `a count of ${count}` });

  describe('the bucket', () => {
    const tokensKey = ({ id }: Service): string => `${id}-tokens-normal`;
    const check = ({ limits }: TestProcess, service: Service): Promise<string> =>
      outcome(limits.assertWithinLimits({ service, keyType: 'normal', notificationType: 'sms' }));
    const bucket = (replenishedAt: number, tokens: number): Buffer => {
      const bytes = Buffer.alloc(12);
      bytes.writeDoubleLE(replenishedAt, 0);
      bytes.writeInt32LE(tokens, 8);
      return bytes;
    };

    it('is 12 bytes: the time as a double and the tokens as an integer, without expiry', async () => {
      const a = await withRedis();
      const service = aService();
      await check(a, service);
      const stored = (await client.getBuffer(tokensKey(service)))!;
      expect(stored).toHaveLength(12);
      expect(stored.readInt32LE(8)).toBe(999);
      expect(Math.abs(stored.readDoubleLE(0) - Date.now() / 1000)).toBeLessThan(60);
      expect(await client.ttl(tokensKey(service))).toBe(-1);
    });

    it('is shared by all processes', async () => {
      const processes = [await withRedis(), await withRedis()];
      const service = aService({ rateLimit: 10 });
      const results = await outcomes(6, async (index) => {
        const result = await check(processes[index % 2]!, service);
        if (result !== 'ok') throw new Error(result);
      }).catch((error: Error) => error.message);
      expect(results).toContain('RateLimitError');
      expect((await client.getBuffer(tokensKey(service)))!.readInt32LE(8)).toBeLessThanOrEqual(1);
    });

    /** Stored bytes, and what an attempt at a rate of 10 leaves; the times are so that no token comes in while it runs. */
    const states: [string, () => Buffer | string, number, string][] = [
      ['shorter than 12 bytes is full', () => 'short', 4, 'ok'],
      ['that is empty is full', () => '', 4, 'ok'],
      ['with two tokens lets one attempt pass', () => bucket(Date.now() / 1000, 2), 1, 'ok'],
      ['with one token refuses, and keeps none', () => bucket(Date.now() / 1000, 1), 0, 'refused'],
      ['with no token refuses', () => bucket(Date.now() / 1000, 0), 0, 'refused'],
      ['fills in whole tokens', () => bucket(Date.now() / 1000 - 15, 0), 1, 'ok'],
      ['never holds more than its capacity', () => bucket(Date.now() / 1000 - 86_400, 0), 4, 'ok'],
      ['that holds too much is full', () => bucket(Date.now() / 1000, 1000), 4, 'ok'],
      ['of a time to come counts from now', () => bucket(Date.now() / 1000 + 3600, 3), 2, 'ok'],
      ['of no time counts from now', () => bucket(Number.NaN, 3), 2, 'ok'],
    ];
    for (const [what, stored, tokens, expected] of states) {
      it(what, async () => {
        const a = await withRedis();
        const service = aService({ rateLimit: 10 });
        await client.set(tokensKey(service), stored());
        const result = await check(a, service);
        expect(result === 'ok' ? 'ok' : 'refused').toBe(expected);
        const left = (await client.getBuffer(tokensKey(service)))!;
        expect(left.readInt32LE(8)).toBe(tokens);
        expect(left.readDoubleLE(0)).toBeLessThan(Date.now() / 1000 + 1);
      });
    }

    it('keeps the remainder of the time', async () => {
      const a = await withRedis();
      const service = aService({ rateLimit: 10 });
      const replenishedAt = Date.now() / 1000 - 15;
      await client.set(tokensKey(service), bucket(replenishedAt, 0));
      await check(a, service);
      expect((await client.getBuffer(tokensKey(service)))!.readDoubleLE(0)).toBeCloseTo(replenishedAt + 12, 3);
    });

    it('says when an attempt would pass', async () => {
      const a = await withRedis();
      const service = aService({ rateLimit: 10 });
      await client.set(tokensKey(service), bucket(Date.now() / 1000 - 5, 0));
      expect(await check(a, service)).toMatch(/; 7 s$/);
    });

    it('is timed', async () => {
      const seconds: number[] = [];
      const a = await withRedis({ onRateCheck: (taken) => seconds.push(taken) });
      await check(a, aService());
      expect(seconds).toHaveLength(1);
      expect(seconds[0]).toBeGreaterThan(0);
      expect(seconds[0]).toBeLessThan(1);
    });

    it('is the process’s own when Redis holds something else under its name', async () => {
      const a = await withRedis();
      const service = aService({ rateLimit: 1 });
      await client.lpush(tokensKey(service), 'a list');
      expect(await check(a, service)).toBe('ok');
      expect(await check(a, service)).toMatch(/^RateLimitError/);
      expect(a.redisErrors()).toBe(2);
    });

    it('works after Redis forgot its scripts', async () => {
      const a = await withRedis();
      const service = aService();
      await check(a, service);
      await client.script('FLUSH');
      expect(await check(a, service)).toBe('ok');
      expect(a.redisErrors()).toBe(0);
    });
  });

  describe('the copy of a total', () => {
    it('holds the total for a day from its first use', async () => {
      const a = await withRedis();
      const service = aService();
      await insertMessage(a.db, aMessage({ serviceId: service.id }));
      await a.limits.assertWithinLimits({ service, keyType: 'normal', notificationType: 'sms' });
      expect(await client.get(dailyKey(service))).toBe('1');
      const ttl = await client.ttl(dailyKey(service));
      expect(ttl).toBeGreaterThan(86_390);
      expect(ttl).toBeLessThanOrEqual(86_400);

      await client.expire(dailyKey(service), 1000);
      await send(a, service);
      await copyToBe(service, 2);
      expect(await client.ttl(dailyKey(service))).toBeLessThanOrEqual(1000);
    });

    it('is there for texts abroad, too, and never for test keys', async () => {
      const a = await withRedis();
      const service = aService();
      await send(a, service, { keyType: 'test' });
      await a.limits.assertWithinDailyLimit({ service, keyType: 'test', counted: 'international_sms' });
      expect(await client.keys(`${service.id}-*-count`)).toEqual([]);
      await a.limits.assertWithinDailyLimit({ service, keyType: 'team', counted: 'international_sms' });
      expect(await client.get(dailyKey(service, 'international_sms'))).toBe('0');
    });

    it('is the total of the rows, in whatever order commits are told', async () => {
      const a = await withRedis();
      const service = aService();
      const key = { serviceId: service.id, counted: 'sms', day: today } as const;
      a.limits.stored([{ ...key, count: 3 }]);
      a.limits.stored([{ ...key, count: 2 }]);
      a.limits.stored([{ ...key, count: 3 }]);
      await a.limits.close();
      expect(await client.get(dailyKey(service))).toBe('3');
    });

    it('is exact after concurrent batches of several processes', async () => {
      const processes = [await withRedis(), await withRedis(), await withRedis()];
      const service = aService();
      await Promise.all(
        Array.from({ length: 90 }, async (_, index) => {
          const from = processes[index % 3]!;
          await from.limits.assertWithinLimits({ service, keyType: 'normal', notificationType: 'sms' });
          const batch = Array.from({ length: 1 + (index % 4) }, () => aMessage({ serviceId: service.id }));
          from.limits.stored(await storeMessages(from.db, batch));
        }),
      );
      const { rows } = await database.db.query<{ count: number }>({
        text: 'SELECT count(*)::int AS count FROM notifications WHERE service_id = $1',
        values: [service.id],
      });
      expect(await countOf(database.db, service.id)).toBe(rows[0]!.count);
      await copyToBe(service, rows[0]!.count);
    });

    it('that is lost is read again from the row', async () => {
      const a = await withRedis();
      const service = aService({ smsMessageLimit: 2 });
      await send(a, service);
      await send(a, service);
      await client.del(dailyKey(service));
      expect(await outcome(send(a, service))).toMatch(/^TooManyRequestsError/);
      await copyToBe(service, 2);
    });

    it('that is too high refuses nothing: the row is asked first', async () => {
      const a = await withRedis();
      const service = aService({ smsMessageLimit: 2 });
      await send(a, service);
      await client.set(dailyKey(service), '7', 'KEEPTTL');
      expect(await outcome(send(a, service))).toBe('ok');
      await copyToBe(service, 2);
    });

    it('that is too low is compared with its row when a process comes to it', async () => {
      const service = aService({ smsMessageLimit: 2 });
      await storeMessages(database.db, [aMessage({ serviceId: service.id }), aMessage({ serviceId: service.id })]);
      await client.set(dailyKey(service), '0', 'EX', 86_400);
      const a = await withRedis();
      expect(await outcome(send(a, service))).toMatch(/^TooManyRequestsError/);
      await copyToBe(service, 2);
    });

    it('does not decide near the limit: the row is asked', async () => {
      const a = await withRedis();
      const service = aService({ smsMessageLimit: 3 });
      await send(a, service);
      await copyToBe(service, 1);
      // Stored by a process that has not told Redis yet.
      await storeMessages(database.db, [aMessage({ serviceId: service.id }), aMessage({ serviceId: service.id })]);
      expect(await client.get(dailyKey(service))).toBe('1');
      expect(await outcome(send(a, service))).toMatch(/^TooManyRequestsError/);
    });

    it('that is no number is replaced', async () => {
      const a = await withRedis();
      const service = aService();
      await client.set(dailyKey(service), 'many', 'EX', 86_400);
      expect(await outcome(send(a, service))).toBe('ok');
      await copyToBe(service, 1);
    });
  });
});
