import { randomUUID } from 'node:crypto';
import { Redis as Client } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedis, type Redis } from '../../src/lib/cache/redis.ts';
import { createIds } from '../../src/lib/core/ids.ts';
import { londonDate } from '../../src/lib/core/london-time.ts';
import { sendOne } from '../../src/lib/notifications/send-one.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { rebuildTemplateUsage, type RebuildInput } from '../../src/lib/usage/rebuild-template-usage.ts';
import { rebuildUsageDay } from '../../src/lib/usage/rebuild-usage-day.ts';
import { showTemplateUsage } from '../../src/lib/usage/show-template-usage.ts';
import {
  createTemplateUsageHashes,
  keptSinceKey,
  type TemplateUsageHashes,
} from '../../src/lib/usage/template-usage-hashes.ts';
import { readSystemIdentifier } from '../../src/lib/usage/template-usage-repository.ts';
import { templateUsageKey, toUsageIncrements, type UsedMessage } from '../../src/lib/usage/template-usage.ts';
import { createUsageWriter } from '../../src/lib/usage/usage-writer.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useRedis } from '../support/redis.ts';
import { createTestApp, useTestApp } from '../support/test-app.ts';

const app = useTestApp();
const { redis: server, suite } = await useRedis();
const ids = createIds();
const eightDays = 691_200;

interface Row {
  readonly serviceId: string;
  readonly templateId: string;
  readonly createdAt: string;
  readonly keyType?: 'normal' | 'team' | 'test';
  readonly status?: string;
  readonly id?: string;
}

/** Stores messages in one transaction and returns its number. */
async function store(rows: readonly Row[], table = 'notifications'): Promise<string> {
  return app.db.transaction(async (tx) => {
    for (const {
      id = randomUUID(),
      serviceId,
      templateId,
      createdAt,
      keyType = 'normal',
      status = 'created',
    } of rows) {
      const recipient =
        table === 'notifications' ? { column: ', "to"', value: `, 'somebody'` } : { column: '', value: '' };
      await tx.query({
        text: `INSERT INTO ${table} (id, service_id, template_id, template_version, key_type, notification_type, created_at,
            notification_status, billable_units, international${recipient.column})
          VALUES ($1, $2, $3, 1, $4, 'sms', $5, $6, 1, false${recipient.value})`,
        values: [id, serviceId, templateId, keyType, createdAt.replace('Z', ''), status],
      });
    }
    const {
      rows: [transaction],
    } = await tx.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
    return transaction!.id;
  });
}

function used({ serviceId, templateId, createdAt, keyType = 'normal' }: Row): UsedMessage {
  return { serviceId, templateId, keyType, createdAt: new Date(createdAt) };
}

suite('template usage in Redis', () => {
  let client: Client;
  let redis: Redis;
  let hashes: TemplateUsageHashes;
  let system: string;
  beforeAll(async () => {
    client = new Client(server.url);
    client.on('error', () => undefined);
    redis = createRedis({ url: server.url, logger: silentLogger });
    hashes = createTemplateUsageHashes(redis.required);
    system = await readSystemIdentifier(app.db);
  });
  afterAll(async () => {
    client.disconnect();
    await redis.close();
  });

  const rebuild = (input: Partial<RebuildInput>): ReturnType<typeof rebuildTemplateUsage> =>
    rebuildTemplateUsage({ db: app.db, ids, hashes }, { serviceId: null, days: [], dryRun: false, ...input });
  const held = (serviceId: string, day: string): Promise<Record<string, string>> =>
    client.hgetall(templateUsageKey({ serviceId, day }));
  const add = (rows: readonly Row[], transaction: string): Promise<void> =>
    hashes.add(toUsageIncrements(rows.map(used)), { id: transaction, system });
  const storeAndAdd = async (rows: readonly Row[]): Promise<void> => add(rows, await store(rows));

  it('needs no more rights in the database than those of its tables', async () => {
    await app.db.query('CREATE ROLE usage_reader');
    const { rows } = await app.db.query<{ may: boolean }>(
      `SELECT has_function_privilege('usage_reader', 'pg_control_system()', 'EXECUTE') AS may`,
    );
    await app.db.query('DROP ROLE usage_reader');
    expect(rows[0]!.may).toBe(true);
  });

  describe('adding', () => {
    it.each([
      { at: '2016-01-01T23:00:00Z', day: '2016-01-01' },
      { at: '2016-06-01T22:59:00Z', day: '2016-06-01' },
      { at: '2016-06-01T23:00:00Z', day: '2016-06-02' },
    ])('counts a message of $at on $day in London', async ({ at, day }) => {
      const row = { serviceId: randomUUID(), templateId: randomUUID(), createdAt: at };
      await storeAndAdd([row, row]);
      expect(await held(row.serviceId, day)).toEqual({ [row.templateId]: '2' });
      expect(await client.ttl(`service-${row.serviceId}-template-usage-${day}`)).toBeGreaterThan(eightDays - 10);
    });

    it('counts team keys, and no test keys', async () => {
      const row = { serviceId: randomUUID(), templateId: randomUUID(), createdAt: '2026-03-10T12:00:00Z' };
      await storeAndAdd([
        { ...row, keyType: 'team' },
        { ...row, keyType: 'test' },
      ]);
      expect(await held(row.serviceId, '2026-03-10')).toEqual({ [row.templateId]: '1' });
    });

    it('goes on counting after a rebuild, and does not count again what the rebuild saw', async () => {
      const row = { serviceId: randomUUID(), templateId: randomUUID(), createdAt: '2026-03-10T12:00:00Z' };
      const late = await store([row]);
      await rebuildUsageDay({ db: app.db, ids, hashes }, { serviceIds: [row.serviceId], day: '2026-03-10' });
      await add([row], late);
      await storeAndAdd([row]);
      expect(await held(row.serviceId, '2026-03-10')).toEqual({ [row.templateId]: '2' });
    });

    it('does not take a transaction of another database for one that a rebuild saw', async () => {
      const row = { serviceId: randomUUID(), templateId: randomUUID(), createdAt: '2026-03-10T12:00:00Z' };
      const transaction = await store([row]);
      await rebuildUsageDay({ db: app.db, ids, hashes }, { serviceIds: [row.serviceId], day: '2026-03-10' });
      await hashes.add(toUsageIncrements([used(row)]), { id: transaction, system: '1' });
      expect(await held(row.serviceId, '2026-03-10')).toEqual({ [row.templateId]: '2' });
    });

    it('is done for every message that is stored, after its commit', async () => {
      const process = await createTestApp({ databaseUrl: app.databaseUrl, config: { redisUrl: server.url } });
      const service = await aService(app);
      const template = await aTemplate(app, service.id);
      const sent = Array.from({ length: 5 }, () =>
        sendOne(process, {
          templateId: template.id,
          to: '07900900001',
          personalisation: { name: 'Jo' },
          clientReference: null,
          senderId: null,
        }),
      );
      await Promise.all(sent);
      await process.close();
      expect(await held(service.id, londonDate(new Date()))).toEqual({ [template.id]: '5' });
    });

    it('never fails while Redis is away', async () => {
      const away = createRedis({ url: 'redis://127.0.0.1:1', logger: silentLogger });
      const writer = createUsageWriter({ db: app.db, redis: away });
      writer.stored(
        [used({ serviceId: randomUUID(), templateId: randomUUID(), createdAt: '2026-03-10T12:00:00Z' })],
        [{ serviceId: randomUUID(), counted: 'sms', day: '2026-03-10', count: 1, transaction: '1' }],
      );
      await expect(writer.close()).resolves.toBeUndefined();
      await away.close();
    });
  });

  describe('a rebuild', () => {
    it('counts the messages of one service on one day in London, however often it runs', async () => {
      const { id: serviceId } = await aService(app);
      const templateId = randomUUID();
      const times = ['2017-06-09T23:00:00Z', '2017-06-09T23:00:00Z', '2017-06-10T00:00:00Z', '2017-06-10T23:00:00Z'];
      await store(times.map((createdAt) => ({ serviceId, templateId, createdAt })));
      await store([{ serviceId: randomUUID(), templateId, createdAt: times[0]! }]);
      for (let run = 1; run <= 2; run += 1) {
        const { rebuilt } = await rebuild({ serviceId, days: ['2017-06-10'] });
        expect(rebuilt).toEqual([{ serviceId, day: '2017-06-10', usage: new Map([[templateId, 3]]) }]);
        expect(await held(serviceId, '2017-06-10')).toEqual({ [templateId]: '3' });
      }
      expect(await client.ttl(`service-${serviceId}-template-usage-2017-06-10`)).toBeGreaterThan(eightDays - 10);
    });

    it('counts both tables, a message in both once, every status, and no test keys', async () => {
      const { id: serviceId } = await aService(app);
      const [one, two] = [randomUUID(), randomUUID()];
      const createdAt = '2026-01-05T09:00:00Z';
      const inBoth = { id: randomUUID(), serviceId, templateId: one, createdAt };
      await store([inBoth, { serviceId, templateId: one, createdAt, status: 'cancelled' }]);
      await store(
        [inBoth, { serviceId, templateId: two, createdAt, status: 'technical-failure' }],
        'notification_history',
      );
      await store([{ serviceId, templateId: two, createdAt, keyType: 'test' }]);
      await rebuild({ serviceId, days: ['2026-01-05'] });
      expect(await held(serviceId, '2026-01-05')).toEqual({ [one]: '2', [two]: '1' });
    });

    it('removes templates and whole days that have no messages', async () => {
      const { id: serviceId } = await aService(app);
      const key = templateUsageKey({ serviceId, day: '2026-01-06' });
      await client.hset(key, { [randomUUID()]: '7' });
      await rebuild({ serviceId, days: ['2026-01-06'] });
      expect(await client.exists(key)).toBe(0);
    });

    it('changes nothing in a dry run, and compares', async () => {
      const { id: serviceId } = await aService(app);
      const [stored, gone] = [randomUUID(), randomUUID()];
      await store([{ serviceId, templateId: stored, createdAt: '2026-01-07T09:00:00Z' }]);
      await client.hset(templateUsageKey({ serviceId, day: '2026-01-07' }), { [gone]: '5' });
      const { rebuilt } = await rebuild({ serviceId, days: ['2026-01-07'], dryRun: true });
      expect(rebuilt).toEqual([
        { serviceId, day: '2026-01-07', usage: new Map([[stored, 1]]), held: new Map([[gone, 5]]) },
      ]);
      expect(await held(serviceId, '2026-01-07')).toEqual({ [gone]: '5' });
    });

    it('refuses an unknown service, and a day that another rebuild is counting', async () => {
      await expect(rebuild({ serviceId: randomUUID(), days: ['2026-01-07'] })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      const { id: serviceId } = await aService(app);
      await hashes.beginRebuild({ serviceId, day: '2026-01-08' }, 'another');
      await expect(rebuild({ serviceId, days: ['2026-01-08'] })).rejects.toMatchObject({ code: 'LOCKED' });
      const all = await rebuild({ days: ['2026-01-08'] });
      expect(all.failed.map((failure) => failure.serviceId)).toEqual([serviceId]);
    });

    it('writes nothing when its lock was lost', async () => {
      const day = { serviceId: randomUUID(), day: '2026-01-09' };
      await hashes.beginRebuild(day, 'mine');
      await client.set(`${templateUsageKey(day)}:rebuild`, 'theirs');
      const replaced = hashes.replace(day, new Map([['t', 1]]), { token: 'mine', snapshot: { text: '1:1:', system } });
      await expect(replaced).rejects.toMatchObject({ code: 'LOCKED' });
      expect(await held(day.serviceId, day.day)).toEqual({});
    });

    it('counts what is stored while it counts exactly once', async () => {
      const { id: serviceId } = await aService(app);
      const templates = [randomUUID(), randomUUID(), randomUUID()];
      const day = '2026-03-10';
      let isOver = false;
      const storing = Array.from({ length: 3 }, async (_, writer) => {
        for (let number = 0; !isOver; number += 1) {
          const templateId = templates[(number + writer) % templates.length]!;
          const rows = Array.from({ length: 1 + (number % 3) }, () => ({
            serviceId,
            templateId,
            createdAt: '2026-03-10T10:00:00Z',
          }));
          const transaction = await store(rows);
          // Some are told late, in another order.
          if (number % 4 === 0) await new Promise((resolve) => setTimeout(resolve, (number * 7) % 11));
          await add(rows, transaction);
        }
      });
      for (let run = 0; run < 100; run += 1) {
        await rebuildUsageDay({ db: app.db, ids, hashes }, { serviceIds: [serviceId], day });
      }
      isOver = true;
      await Promise.all(storing);
      const { rows } = await app.db.query<{ id: string; count: string }>({
        text: `SELECT template_id AS id, count(*)::text AS count FROM notifications WHERE service_id = $1 GROUP BY template_id`,
        values: [serviceId],
      });
      expect(rows.length).toBe(3);
      expect(await held(serviceId, day)).toEqual(Object.fromEntries(rows.map(({ id, count }) => [id, count])));
    });
  });

  describe('reading', () => {
    const clock = createTestClock(new Date('2026-03-10T12:00:00Z'));
    const show = (serviceId: string, withRedis: Redis | null = redis): ReturnType<typeof showTemplateUsage> =>
      showTemplateUsage(
        { db: app.db, ids, clock, hashes: withRedis === null ? null : createTemplateUsageHashes(withRedis.required) },
        { serviceId },
      );
    beforeEach(() => client.set(keptSinceKey, Date.parse('2026-03-01T00:00:00Z') / 1000));

    async function usedService(): Promise<{ serviceId: string; templateId: string; at: (day: string) => Row }> {
      const { id: serviceId } = await aService(app);
      const { id: templateId } = await aTemplate(app, serviceId);
      return { serviceId, templateId, at: (day) => ({ serviceId, templateId, createdAt: `${day}T12:00:00Z` }) };
    }

    it('shows seven whole days and today, the oldest first', async () => {
      const { serviceId, templateId, at } = await usedService();
      for (const day of ['2026-03-02', '2026-03-03', '2026-03-10']) await storeAndAdd([at(day)]);
      const days = await show(serviceId);
      expect(days.map(({ day }) => day)).toEqual(
        ['03', '04', '05', '06', '07', '08', '09', '10'].map((day) => `2026-03-${day}`),
      );
      expect(days.filter(({ usage }) => usage.size > 0)).toEqual([
        { day: '2026-03-03', source: 'redis', usage: new Map([[templateId, 1]]) },
        { day: '2026-03-10', source: 'redis', usage: new Map([[templateId, 1]]) },
      ]);
    });

    it('counts days that Redis does not hold, and holds them from then on, also those without messages', async () => {
      const { serviceId, templateId, at } = await usedService();
      await store([at('2026-03-09')]);
      expect((await show(serviceId)).map(({ source }) => source)).toEqual(Array(8).fill('database'));
      const again = await show(serviceId);
      expect(again.map(({ source }) => source)).toEqual(Array(8).fill('redis'));
      expect(again[6]!.usage).toEqual(new Map([[templateId, 1]]));
      expect(await held(serviceId, '2026-03-08')).toEqual({ [templateId]: '0' });
    });

    it('does not believe what was added to a day after Redis had lost it', async () => {
      const { serviceId, templateId, at } = await usedService();
      await storeAndAdd([at('2026-03-10')]);
      await client.flushdb();
      await storeAndAdd([at('2026-03-10')]);
      const today = (await show(serviceId)).at(-1);
      expect(today).toEqual({ day: '2026-03-10', source: 'database', usage: new Map([[templateId, 2]]) });
      await storeAndAdd([at('2026-03-10')]);
      expect((await show(serviceId)).at(-1)).toMatchObject({ source: 'redis', usage: new Map([[templateId, 3]]) });
    });

    it('reads the tables without Redis, and while it is away', async () => {
      const { serviceId, templateId, at } = await usedService();
      await store([at('2026-03-10')]);
      const away = createRedis({ url: 'redis://127.0.0.1:1', logger: silentLogger });
      for (const none of [null, away]) {
        expect((await show(serviceId, none)).at(-1)).toEqual({
          day: '2026-03-10',
          source: 'database',
          usage: new Map([[templateId, 1]]),
        });
      }
      await away.close();
    });
  });
});
