import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/lib/core/errors.ts';
import { deliverSms } from '../../src/lib/notifications/deliver-sms.ts';
import { switchSlowSmsProvider } from '../../src/lib/notifications/switch-slow-sms-provider.ts';
import { chooseProvider } from '../../src/lib/providers/choose-provider.ts';
import { reduceProvider, tendProvidersBackToMiddle } from '../../src/lib/providers/move-shares.ts';
import { errorRateKey } from '../../src/lib/providers/send-errors.ts';
import { createRedis } from '../../src/lib/cache/redis.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { useRedis } from '../support/redis.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { accept, aSender, useFakeSmsProvider, type Sender } from './delivery.ts';

const start = new Date('2026-01-31T12:00:00Z');

interface Clock {
  now(): Date;
  advance(ms: number): void;
}

function aClock(): Clock {
  let at = start.getTime();
  return { now: () => new Date(at), advance: (ms) => void (at += ms) };
}

const minute = 60_000;
const apps = useTestApps();

/** An app whose sms providers are mmg and firetext, with these priorities, never changed before. */
async function anApp(
  { mmg = 50, firetext = 50 }: { mmg?: number; firetext?: number } = {},
  options: Parameters<typeof apps>[0] = {},
): Promise<TestApp> {
  const app = await apps(options);
  await app.db.query({
    text: `UPDATE provider_details SET active = identifier IN ('mmg', 'firetext'),
        priority = CASE identifier WHEN 'mmg' THEN $1 WHEN 'firetext' THEN $2 ELSE priority END
      WHERE notification_type = 'sms'`,
    values: [mmg, firetext],
  });
  return app;
}

async function shares({ db }: TestApp): Promise<Record<string, number>> {
  const { rows } = await db.query<{ identifier: string; priority: number }>(
    `SELECT identifier, priority FROM provider_details WHERE notification_type = 'sms' AND active ORDER BY identifier`,
  );
  return Object.fromEntries(rows.map(({ identifier, priority }) => [identifier, priority]));
}

async function history({ db }: TestApp, identifier: string): Promise<unknown[]> {
  const { rows } = await db.query({
    text: `SELECT version, priority, reason, created_by_id FROM provider_details_history
      WHERE identifier = $1 AND notification_type = 'sms' AND version > 1 ORDER BY version`,
    values: [identifier],
  });
  return rows;
}

describe('a step', () => {
  it('is kept in the history with its reasons, as a change of the system', async () => {
    const app = await anApp({ mmg: 51, firetext: 49 });
    expect(await reduceProvider(app, { identifier: 'mmg', gapMs: minute })).toBe(true);
    expect(await shares(app)).toEqual({ mmg: 41, firetext: 59 });
    const change = { version: 2, created_by_id: systemUserId };
    expect(await history(app, 'mmg')).toEqual([
      { ...change, priority: 41, reason: 'Reduced due to reduced reliability' },
    ]);
    expect(await history(app, 'firetext')).toEqual([
      { ...change, priority: 59, reason: 'Increased due to reduced reliability in other provider' },
    ]);
  });

  it('is taken once by several processes that ask for it at the same time', async () => {
    const app = await anApp();
    const others = await Promise.all([1, 2].map(() => apps({ databaseUrl: app.databaseUrl })));
    const steps = await Promise.all(
      [app, ...others, app, ...others].map((each) => reduceProvider(each, { identifier: 'mmg', gapMs: minute })),
    );
    expect(steps.filter(Boolean)).toHaveLength(1);
    expect(await shares(app)).toEqual({ mmg: 40, firetext: 60 });
  });

  it('waits until no active provider has changed for the gap, whoever changed it', async () => {
    const clock = aClock();
    const app = await anApp({}, { clock });
    await app.db.query({
      text: `UPDATE provider_details SET updated_at = $1 WHERE identifier = 'firetext'`,
      values: [clock.now()],
    });
    const step = (): Promise<boolean> => reduceProvider(app, { identifier: 'mmg', gapMs: minute });
    clock.advance(minute - 1);
    expect(await step()).toBe(false);
    clock.advance(1);
    expect(await step()).toBe(true);
    expect(await step()).toBe(false);
    clock.advance(minute);
    expect(await step()).toBe(true);
    expect(await shares(app)).toEqual({ mmg: 30, firetext: 70 });
  });

  it('is not taken from the only active provider', async () => {
    const app = await anApp();
    await app.db.query(`UPDATE provider_details SET active = false WHERE identifier = 'firetext'`);
    expect(await reduceProvider(app, { identifier: 'mmg', gapMs: minute })).toBe(false);
    expect(await history(app, 'mmg')).toEqual([]);
  });
});

describe('going back to the middle', () => {
  it('waits 15 minutes, moves at most 10 points, never overshoots, and writes nothing at rest', async () => {
    const clock = aClock();
    const app = await anApp({ mmg: 35, firetext: 65 }, { clock });
    expect(await tendProvidersBackToMiddle(app)).toBe(true);
    expect(await shares(app)).toEqual({ mmg: 45, firetext: 55 });
    clock.advance(15 * minute - 1);
    expect(await tendProvidersBackToMiddle(app)).toBe(false);
    clock.advance(1);
    expect(await tendProvidersBackToMiddle(app)).toBe(true);
    expect(await shares(app)).toEqual({ mmg: 51, firetext: 49 });
    clock.advance(15 * minute);
    expect(await tendProvidersBackToMiddle(app)).toBe(false);
    expect(await history(app, 'mmg')).toMatchObject([
      { priority: 45, reason: 'Adjusted back to resting point', created_by_id: systemUserId },
      { priority: 51, reason: 'Adjusted back to resting point' },
    ]);
  });

  it('goes where the configuration says, once between several schedulers', async () => {
    const config = { smsProviderRestingPoints: { mmg: 60, firetext: 40 } };
    const app = await anApp({}, { config });
    const other = await apps({ databaseUrl: app.databaseUrl, config });
    const moves = await Promise.all([app, other, app, other].map((each) => tendProvidersBackToMiddle(each)));
    expect(moves.filter(Boolean)).toHaveLength(1);
    expect(await shares(app)).toEqual({ mmg: 60, firetext: 40 });
  });
});

/** Delivers a message whose provider fails, so often. */
async function failToSend(app: TestApp, sender: Sender, times: number): Promise<void> {
  const id = await accept(app, sender);
  for (let index = 0; index < times; index += 1) {
    await expect(deliverSms(app, { notificationId: id }, { requestId: null })).rejects.toThrow();
  }
}

/** An app whose mmg fails, and is the only provider that this process has. */
async function aFailingApp(options: Parameters<typeof apps>[0] = {}): Promise<{ app: TestApp; sender: Sender }> {
  const app = await apps(options);
  const provider = await useFakeSmsProvider(app);
  provider.answer = () => Promise.reject(new AppError('PROVIDER_FAILED', 'Gateway timeout'));
  await app.db.query(`UPDATE provider_details SET active = true, priority = 50
    WHERE identifier IN ('mmg', 'firetext')`);
  return { app, sender: await aSender(app) };
}

describe('failed sends without Redis', () => {
  it('take a step with the 51st in a minute, and another one only a minute later', async () => {
    const clock = aClock();
    const { app, sender } = await aFailingApp({ clock });
    await failToSend(app, sender, 50);
    expect(await shares(app)).toEqual({ mmg: 50, firetext: 50 });
    await failToSend(app, sender, 1);
    expect(await shares(app)).toEqual({ mmg: 40, firetext: 60 });
    await failToSend(app, sender, 5);
    expect(await shares(app)).toEqual({ mmg: 40, firetext: 60 });
    // Nobody remembers more than it takes.
    const { rows } = await app.db.query('SELECT identifier, cardinality(occurred_at) AS kept FROM provider_errors');
    expect(rows).toEqual([{ identifier: 'mmg', kept: 51 }]);
    clock.advance(minute);
    await failToSend(app, sender, 50);
    expect(await shares(app)).toEqual({ mmg: 40, firetext: 60 });
    await failToSend(app, sender, 1);
    expect(await shares(app)).toEqual({ mmg: 30, firetext: 70 });
  });

  it('of several processes count together', async () => {
    const clock = aClock();
    const { app } = await aFailingApp({ clock });
    const other = await apps({ databaseUrl: app.databaseUrl, clock });
    const notes = await Promise.all(
      Array.from({ length: 51 }, (_, index) => (index % 2 === 0 ? app : other).sendErrors.note('mmg')),
    );
    expect(notes.filter(Boolean)).toHaveLength(1);
  });

  it('that a provider refused for good do not count', async () => {
    const { app, sender } = await aFailingApp();
    (app.providers.sms.get('mmg') as { send: unknown }).send = () =>
      Promise.reject(new AppError('PROVIDER_REFUSED', 'No such number'));
    await failToSend(app, sender, 60);
    expect(await shares(app)).toEqual({ mmg: 50, firetext: 50 });
  });

  it('that cannot be counted are still the error of the delivery', async () => {
    const { app, sender } = await aFailingApp();
    await app.db.query('DROP TABLE provider_errors');
    const id = await accept(app, sender);
    await expect(deliverSms(app, { notificationId: id }, { requestId: null })).rejects.toThrow('Gateway timeout');
  });
});

const { redis, suite } = await useRedis();

suite('failed sends with Redis', () => {
  it('are counted there for a minute, no more than it takes, and in the database while it is away', async () => {
    const { app } = await aFailingApp({ remember: true, config: { redisUrl: redis.url } });
    const probe = createRedis({ url: redis.url, logger: silentLogger });
    try {
      await waitFor(async () => (await probe.call('PING')) === 'PONG');
      await waitFor(async () => {
        await app.sendErrors.note('warm');
        return (await probe.call('EXISTS', errorRateKey('warm'))) === 1;
      });
      for (let count = 1; count <= 50; count += 1) expect(await app.sendErrors.note('mmg')).toBe(false);
      expect(await app.sendErrors.note('mmg')).toBe(true);
      expect(await app.sendErrors.note('mmg')).toBe(true);
      expect(await app.sendErrors.note('firetext')).toBe(false);
      expect(await probe.call('ZCARD', errorRateKey('mmg'))).toBe(51);
      const expiry = Number(await probe.call('PTTL', errorRateKey('mmg')));
      expect(expiry).toBeGreaterThan(0);
      expect(expiry).toBeLessThanOrEqual(minute);
      if (redis.server !== null) {
        await redis.server.stop();
        expect(await app.sendErrors.note('mmg')).toBe(false);
        const { rows } = await app.db.query(`SELECT 1 FROM provider_errors WHERE identifier = 'mmg'`);
        expect(rows).toHaveLength(1);
      }
    } finally {
      await probe.close();
    }
  });
});

interface Sent {
  readonly by: string;
  readonly status: string;
  /** Minutes from handing over to the receipt, or to now. */
  readonly took: number;
  readonly count: number;
  readonly keyType?: string;
}

/** Messages that were handed over within the last minutes. */
async function wereSent(app: TestApp, ...groups: readonly Sent[]): Promise<void> {
  const now = app.clock.now();
  for (const { by, status, took, count, keyType = 'normal' } of groups) {
    const sentAt = new Date(now.getTime() - took * minute);
    await app.db.query({
      text: `INSERT INTO notifications (id, "to", service_id, template_id, template_version, key_type, notification_type,
          created_at, sent_at, sent_by, updated_at, notification_status)
        SELECT gen_random_uuid(), '-', gen_random_uuid(), gen_random_uuid(), 1, $1, 'sms', $2, $2, $3, $4, $5
        FROM generate_series(1, $6)`,
      values: [keyType, sentAt, by, now, status, count],
    });
  }
}

describe('slow delivery', () => {
  const slowMmg: Sent[] = [
    { by: 'mmg', status: 'sending', took: 1, count: 85 },
    { by: 'mmg', status: 'sending', took: 6, count: 5 },
    { by: 'mmg', status: 'pending', took: 5, count: 5 },
    { by: 'mmg', status: 'delivered', took: 7, count: 5 },
  ];

  it('of one provider takes a step, once between several schedulers, and another one five minutes later', async () => {
    const clock = aClock();
    const app = await anApp({}, { clock });
    const other = await apps({ databaseUrl: app.databaseUrl, clock });
    await wereSent(app, ...slowMmg, { by: 'firetext', status: 'delivered', took: 1, count: 10 });
    const steps = await Promise.all([app, other, app, other].map((each) => switchSlowSmsProvider(each)));
    expect(steps.filter(Boolean)).toHaveLength(1);
    expect(await shares(app)).toEqual({ mmg: 40, firetext: 60 });
    clock.advance(5 * minute - 1);
    expect(await switchSlowSmsProvider(app)).toBe(false);
    clock.advance(1);
    await wereSent(app, { by: 'mmg', status: 'sending', took: 6, count: 90 });
    await wereSent(app, { by: 'firetext', status: 'delivered', took: 1, count: 100 });
    expect(await switchSlowSmsProvider(app)).toBe(true);
    expect(await shares(app)).toEqual({ mmg: 30, firetext: 70 });
  });

  it.each<[string, Sent[]]>([
    ['just below the limit', [...slowMmg, { by: 'mmg', status: 'delivered', took: 0, count: 1 }]],
    ['of all providers', [...slowMmg, { by: 'firetext', status: 'sending', took: 8, count: 1 }]],
    ['of messages older than 15 minutes', [{ by: 'mmg', status: 'sending', took: 15.1, count: 10 }]],
    ['of test keys', [{ by: 'mmg', status: 'sending', took: 6, count: 10, keyType: 'test' }]],
    ['that ended in failure', [{ by: 'mmg', status: 'temporary-failure', took: 6, count: 10 }]],
    ['of a provider that is not active', [{ by: 'sandbox', status: 'sending', took: 6, count: 10 }]],
  ])('%s changes nothing', async (_name, sent) => {
    const app = await anApp({}, { clock: aClock() });
    await wereSent(app, ...sent);
    expect(await switchSlowSmsProvider(app)).toBe(false);
    expect(await shares(app)).toEqual({ mmg: 50, firetext: 50 });
  });
});

describe('the choice', () => {
  it('follows the shares, and the rows are read anew after ten seconds', async () => {
    const clock = aClock();
    const app = await anApp({ mmg: 51, firetext: 49 }, { clock });
    const fake = { send: () => Promise.reject(new Error('never')) };
    const providers = {
      ...app.providers,
      sms: new Map(['mmg', 'firetext'].map((identifier) => [identifier, { ...fake, identifier }])),
    };
    const choose = async (random: number): Promise<string> =>
      (await chooseProvider({ ...app, providers, random: () => random }, 'sms', { international: false })).identifier;
    expect(await choose(0.509)).toBe('mmg');
    expect(await choose(0.511)).toBe('firetext');
    await app.db.query(`UPDATE provider_details SET priority = 0 WHERE identifier = 'mmg'`);
    clock.advance(9_999);
    expect(await choose(0.1)).toBe('mmg');
    clock.advance(1);
    expect(await choose(0.1)).toBe('firetext');
    const abroad = await chooseProvider({ ...app, providers, random: () => 0.9 }, 'sms', { international: true });
    expect(abroad.identifier).toBe('mmg');
  });

  it('sees a step of its own process at once', async () => {
    const app = await anApp();
    await app.providerRows.list('sms');
    await reduceProvider(app, { identifier: 'mmg', gapMs: minute });
    const rows = await app.providerRows.list('sms');
    expect(rows.find(({ identifier }) => identifier === 'mmg')!.priority).toBe(40);
  });
});
