/** Template usage while Redis is slow, full, empty or gone: figures come from the tables, and a rebuild puts Redis right. */
import { Redis as Client } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createRedis, type Redis } from '../../src/lib/cache/redis.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { showTemplateTotals } from '../../src/lib/statistics/show-template-statistics.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { rebuildTemplateUsage } from '../../src/lib/usage/rebuild-template-usage.ts';
import { showTemplateUsage } from '../../src/lib/usage/show-template-usage.ts';
import { createTemplateUsageHashes } from '../../src/lib/usage/template-usage-hashes.ts';
import { templateUsageKey } from '../../src/lib/usage/template-usage.ts';
import { createTestClock } from '../server/test-clock.ts';
import { insertRows } from '../server/notification-rows.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useRedis } from '../support/redis.ts';
import { skipUnless } from '../support/skip-unless.ts';
import { useTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';

const app = useTestApp();
const { redis: server, suite } = await useRedis();
const outages = process.env['TEST_REDIS_URL']
  ? skipUnless(false, 'the Redis of TEST_REDIS_URL cannot be stopped')
  : suite;
const clock = createTestClock('2026-03-10T12:00:00Z');
const today = '2026-03-10';

outages('template usage', () => {
  let client: Client;
  let redis: Redis;
  let template: Template;
  beforeAll(() => {
    client = new Client(server.url);
    client.on('error', () => undefined);
    redis = createRedis({ url: server.url, logger: silentLogger });
  });
  beforeEach(async () => {
    template = await aTemplate(app, (await aService(app)).id);
    await insertRows(app, template, { createdAt: '2026-03-10T10:00:00Z', count: 3 });
    await insertRows(app, template, { createdAt: '2026-03-05T10:00:00Z', count: 2 });
    await waitFor(async () => (await redis.call('PING')) === 'PONG', { what: 'Redis to be connected' });
  });
  afterAll(async () => {
    client.disconnect();
    await redis.close();
  });

  const total = async (): Promise<number | undefined> => {
    const hashes = createTemplateUsageHashes(redis);
    const counts = await showTemplateTotals({ ...app, clock, hashes }, { serviceId: template.serviceId, limitDays: 7 });
    return counts.find((one) => one.template.id === template.id)?.count;
  };
  const rebuild = (): ReturnType<typeof rebuildTemplateUsage> =>
    rebuildTemplateUsage(
      { db: app.db, ids: app.ids, hashes: createTemplateUsageHashes(redis.required) },
      { serviceId: template.serviceId, days: ['2026-03-05', today], dryRun: false },
    );
  const key = (day: string): string => templateUsageKey({ serviceId: template.serviceId, day });

  it('is read in the tables while Redis hangs, which is waited for once', async () => {
    await rebuild();
    server.server!.pause();
    try {
      const before = performance.now();
      expect(await total()).toBe(5);
      // Eight days, and 150 ms for one command: waiting for each would take longer than a second.
      expect(performance.now() - before).toBeLessThan(1000);
    } finally {
      server.server!.resume();
    }
  });

  it('is read in the tables once Redis was emptied, and held again', async () => {
    await rebuild();
    await client.flushall();
    expect(await total()).toBe(5);
    expect(await client.hgetall(key(today))).toEqual({ [template.id]: '3' });
  });

  it('is read in the tables while Redis is full, and put right by a rebuild afterwards', async () => {
    await rebuild();
    await client.del(key('2026-03-05'));
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    await client.config('SET', 'maxmemory', '1');
    try {
      expect(await total()).toBe(5);
      await expect(rebuild()).rejects.toMatchObject({
        code: 'REDIS_UNAVAILABLE',
        message: expect.stringMatching(/^Redis refuses to answer: OOM /) as string,
      });
      // What it held before is still whole.
      expect(await client.hgetall(key(today))).toEqual({ [template.id]: '3' });
      await insertRows(app, template, { createdAt: '2026-03-10T11:00:00Z' });
      const increment = { serviceId: template.serviceId, day: today, counts: new Map([[template.id, 1]]) };
      const lost = createTemplateUsageHashes(redis).add([increment], { id: '1', system: '1' });
      await expect(lost).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    } finally {
      await client.config('SET', 'maxmemory', '0');
    }
    await rebuild();
    expect(await client.hgetall(key(today))).toEqual({ [template.id]: '4' });
    expect(await client.hgetall(key('2026-03-05'))).toEqual({ [template.id]: '2' });
  });

  it('is read in the tables while Redis is gone; a rebuild finds the one that comes back', async () => {
    await rebuild();
    await server.server!.stop();
    expect(await total()).toBe(5);
    await expect(rebuild()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    await server.server!.start();
    await rebuild();
    const patient = createTemplateUsageHashes(redis.required);
    const days = await showTemplateUsage(
      { ...app, clock, hashes: patient },
      { serviceId: template.serviceId, days: 5 },
    );
    expect(days.filter(({ source }) => source === 'redis').map(({ day }) => day)).toEqual(['2026-03-05', today]);
  });

  it('is told to be locked when other rebuilds hold every day, and in trouble when Redis is, too', async () => {
    const patient = createTemplateUsageHashes(redis.required);
    const other = (await aService(app)).id;
    const { rows } = await app.db.query<{ id: string }>('SELECT id FROM services');
    for (const { id: serviceId } of rows) await patient.beginRebuild({ serviceId, day: today }, 'another');
    const all = (): ReturnType<typeof rebuildTemplateUsage> =>
      rebuildTemplateUsage(
        { db: app.db, ids: app.ids, hashes: patient },
        { serviceId: null, days: [today], dryRun: false },
      );
    await expect(all()).rejects.toMatchObject({ code: 'LOCKED', kind: { exitCode: 75 } });
    await patient.giveUp({ serviceId: other, day: today }, 'another');
    expect((await all()).failed).toHaveLength(rows.length - 1);
  });
});
