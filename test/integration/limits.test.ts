import { describe, expect, it } from 'vitest';
import type { KeyType } from '../../src/lib/api-keys/api-key.ts';
import { giveBackMessages } from '../../src/lib/limits/count-messages.ts';
import type { NotificationType } from '../../src/lib/notifications/notification.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { createTestClock } from '../server/test-clock.ts';
import { useRedis } from '../support/redis.ts';
import { useTestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait.ts';
import { aMessage, countOf, insertMessage, noon, storeMessages } from './counted-messages.ts';
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

/** What holds with Redis and without. */
function describeLimits(redisUrl: () => string | null): void {
  const process = (options: ProcessOptions = {}): Promise<TestProcess> =>
    aProcess({ redisUrl: redisUrl(), ...options });

  describe('the daily limit', () => {
    const limitsByType: [NotificationType, Partial<Service>][] = [
      ['sms', { smsMessageLimit: 3 }],
      ['email', { emailMessageLimit: 3 }],
      ['letter', { letterMessageLimit: 3 }],
    ];
    for (const [notificationType, limit] of limitsByType) {
      it(`lets exactly so many messages pass (${notificationType})`, async () => {
        const a = await process();
        const service = aService(limit);
        const refused = `TooManyRequestsError: Exceeded send limits (${notificationType}: 3) for today; ${halfADay} s`;
        expect(await outcomes(5, () => send(a, service, { notificationType }))).toEqual([
          'ok',
          'ok',
          'ok',
          refused,
          refused,
        ]);
        expect(await countOf(a.db, service.id, notificationType)).toBe(3);
      });
    }

    it('lets exactly so many pass of processes that take turns', async () => {
      const processes = [await process(), await process(), await process()];
      const service = aService({ smsMessageLimit: 8 });
      const results = await outcomes(12, (index) => send(processes[index % 3]!, service));
      expect(results.map((result) => result === 'ok')).toEqual([
        ...Array<boolean>(8).fill(true),
        ...Array<boolean>(4).fill(false),
      ]);
    });

    it('counts what was stored before the counter began', async () => {
      const a = await process();
      const service = aService({ smsMessageLimit: 3 });
      await insertMessage(a.db, aMessage({ serviceId: service.id }));
      await insertMessage(a.db, aMessage({ serviceId: service.id, keyType: 'team' }));
      await insertMessage(a.db, aMessage({ serviceId: service.id, keyType: 'test' }));
      expect((await outcomes(3, () => send(a, service))).map((result) => result === 'ok')).toEqual([
        true,
        false,
        false,
      ]);
    });

    it('is none for test keys, and what they send is not counted', async () => {
      const a = await process();
      const service = aService({ smsMessageLimit: 1, restricted: true });
      expect(await outcomes(4, () => send(a, service, { keyType: 'test' }))).toEqual(['ok', 'ok', 'ok', 'ok']);
      expect(await countOf(a.db, service.id)).toBeNull();
      expect(await outcome(send(a, service))).toBe('ok');
      expect(await outcome(send(a, service, { keyType: 'team' }))).toMatch(/^TooManyRequestsError/);
      expect(await outcome(send(a, service, { keyType: 'test' }))).toBe('ok');
    });

    it('begins anew at 00:00 UTC', async () => {
      const clock = createTestClock('2026-07-01T23:59:59.001Z');
      const a = await process({ clock });
      const service = aService({ smsMessageLimit: 1 });
      const sendNow = (): Promise<void> => send(a, service, { message: { createdAt: clock.now() } });
      expect(await outcomes(2, sendNow)).toEqual([
        'ok',
        'TooManyRequestsError: Exceeded send limits (sms: 1) for today; 1 s',
      ]);
      clock.set('2026-07-02T00:00:00Z');
      expect(await outcomes(2, sendNow)).toEqual([
        'ok',
        'TooManyRequestsError: Exceeded send limits (sms: 1) for today; 86400 s',
      ]);
    });

    it('of texts abroad is checked without taking a token', async () => {
      const a = await process();
      const service = aService({ internationalSmsMessageLimit: 2, rateLimit: 0 });
      const abroad = aMessage({ serviceId: service.id, international: true, phonePrefix: '33' });
      const check = (keyType: KeyType): Promise<void> =>
        a.limits.assertWithinDailyLimit({ service, keyType, counted: 'international_sms' });
      const sendAbroad = async (): Promise<void> => {
        await check('normal');
        a.limits.stored(await storeMessages(a.db, [abroad]));
      };
      const refused = `TooManyRequestsError: Exceeded send limits (international_sms: 2) for today; ${halfADay} s`;
      expect(await outcomes(3, sendAbroad)).toEqual(['ok', 'ok', refused]);
      expect(await outcome(check('team'))).toBe(refused);
      expect(await outcome(check('test'))).toBe('ok');
      expect(await countOf(a.db, service.id, 'sms')).toBe(2);
    });

    it('takes back what was given back, also by another process', async () => {
      const [a, b] = [await process(), await process()];
      const service = aService({ letterMessageLimit: 2 });
      const letter = aMessage({ serviceId: service.id, notificationType: 'letter' });
      const sendLetter = (from: TestProcess): Promise<string> =>
        outcome(send(from, service, { notificationType: 'letter' }));
      expect([await sendLetter(a), await sendLetter(b)]).toEqual(['ok', 'ok']);
      b.limits.givenBack(await b.db.transaction((tx) => giveBackMessages(tx, { messages: [letter], now: noon })));
      expect(await sendLetter(b)).toBe('ok');
      expect(await sendLetter(b)).toMatch(/^TooManyRequestsError/);
      a.limits.givenBack(await a.db.transaction((tx) => giveBackMessages(tx, { messages: [letter], now: noon })));
      await waitFor(async () => (await sendLetter(b)) === 'ok', { timeout: 5000, what: 'the other process to know' });
      expect(await countOf(a.db, service.id, 'letter')).toBe(2);
    });

    it('builds a missing counter once for all processes, and counts no messages after that', async () => {
      const processes = [await process(), await process(), await process()];
      const service = aService({ smsMessageLimit: 1000 });
      for (let i = 0; i < 10; i += 1) await insertMessage(database.db, aMessage({ serviceId: service.id }));
      const check = (from: TestProcess): Promise<void> =>
        from.limits.assertWithinLimits({ service, keyType: 'normal', notificationType: 'sms' });
      await Promise.all(processes.flatMap((from) => Array.from({ length: 20 }, () => check(from))));
      const counted = processes.flatMap(({ db }) => db.statements.filter((text) => /FROM notifications/.test(text)));
      expect(counted).toHaveLength(1);

      for (const { db } of processes) db.statements.length = 0;
      for (let i = 0; i < 50; i += 1) await check(processes[0]!);
      // At most a look at the row, by its key, when a second has passed.
      expect(processes[0]!.db.statements.length).toBeLessThanOrEqual(2);
      expect(processes[0]!.db.statements.every((text) => /^SELECT count FROM daily_counts WHERE/.test(text))).toBe(
        true,
      );
    });
  });

  describe('the rate', () => {
    const refusals: [KeyType, string][] = [
      ['normal', 'RateLimitError: Exceeded rate limit for key type LIVE of 10 requests per 60 seconds; 12 s'],
      ['team', 'RateLimitError: Exceeded rate limit for key type TEAM of 10 requests per 60 seconds; 12 s'],
      ['test', 'RateLimitError: Exceeded rate limit for key type TEST of 10 requests per 60 seconds; 12 s'],
    ];
    it('is one for each key type', async () => {
      const a = await process();
      const service = aService({ rateLimit: 10 });
      for (const [keyType, refusal] of refusals) {
        const check = (): Promise<void> => a.limits.assertWithinLimits({ service, keyType, notificationType: 'email' });
        expect(await outcomes(5, check)).toEqual(['ok', 'ok', 'ok', 'ok', refusal]);
      }
    });

    it('comes before the daily limit, and costs a token also when that refuses', async () => {
      const a = await process();
      const service = aService({ rateLimit: 10, smsMessageLimit: 1 });
      const daily = `TooManyRequestsError: Exceeded send limits (sms: 1) for today; ${halfADay} s`;
      expect(await outcomes(5, () => send(a, service))).toEqual(['ok', daily, daily, daily, refusals[0]![1]]);
    });

    it('lets nothing pass when it is 0', async () => {
      const a = await process();
      expect(await outcome(send(a, aService({ rateLimit: 0 })))).toBe(
        'RateLimitError: Exceeded rate limit for key type LIVE of 0 requests per 60 seconds; 60 s',
      );
    });

    it('can be switched off, the daily limit not', async () => {
      const a = await process({ rateLimited: false });
      const service = aService({ rateLimit: 0, smsMessageLimit: 1 });
      expect((await outcomes(2, () => send(a, service))).map((result) => result.slice(0, 7))).toEqual([
        'ok',
        'TooMany',
      ]);
    });
  });
}

describe('without Redis', () => {
  describeLimits(() => null);

  it('the rate is forgotten by nobody but the clock', async () => {
    const clock = createTestClock(noon);
    const a = await aProcess({ clock });
    const service = aService({ rateLimit: 10 });
    const check = (): Promise<void> =>
      a.limits.assertWithinLimits({ service, keyType: 'normal', notificationType: 'sms' });
    await outcomes(5, check);
    clock.advance(11_999);
    expect(await outcome(check())).toMatch(/^RateLimitError/);
    clock.advance(12_001);
    expect(await outcome(check())).toBe('ok');
  });
});

suite('with Redis', () => describeLimits(() => redis.url));
