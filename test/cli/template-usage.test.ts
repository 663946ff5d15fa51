import { randomUUID } from 'node:crypto';
import { Redis as Client } from 'ioredis';
import { expect, it, describe } from 'vitest';
import { londonDate } from '../../src/lib/core/london-time.ts';
import { templateUsageKey } from '../../src/lib/usage/template-usage.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useRedis } from '../support/redis.ts';
import { skipUnless } from '../support/skip-unless.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify, expectError } = commandsOn(app);
const { redis, suite } = await useRedis();
const today = londonDate(new Date());

async function aUsedTemplate(): Promise<{ serviceId: string; templateId: string; name: string }> {
  const service = await aService(app);
  const template = await aTemplate(app, service.id);
  await app.db.query({
    text: `INSERT INTO notifications (id, "to", service_id, template_id, template_version, key_type, notification_type, created_at)
      SELECT gen_random_uuid(), 'somebody', $1, $2, 1, 'normal', 'sms', now() AT TIME ZONE 'UTC' FROM generate_series(1, 3)`,
    values: [service.id, template.id],
  });
  return { serviceId: service.id, templateId: template.id, name: template.name };
}

suite('template-usage with Redis', () => {
  const run = (args: readonly string[]): ReturnType<typeof notify> => notify(args, { env: { REDIS_URL: redis.url } });

  it('is rebuilt, and shown from Redis afterwards', async () => {
    const { serviceId, templateId, name } = await aUsedTemplate();
    const rebuilt = await run(['template-usage', 'rebuild', '--service', serviceId, '--day', today, '--json']);
    expect(rebuilt.json()).toEqual({
      status: 'ok',
      result: {
        dry_run: false,
        services: 1,
        days: [today],
        messages: 3,
        rebuilt: [{ service_id: serviceId, day: today, templates: [{ template_id: templateId, count: 3 }] }],
        failed: [],
      },
      warnings: [],
    });
    const shown = await run(['template-usage', 'show', '--service', serviceId, '--days', '0', '--json']);
    expect(shown.json()).toMatchObject({
      result: {
        days: [{ day: today, source: 'redis', templates: { [templateId]: 3 } }],
        templates: [{ template_id: templateId, name, count: 3 }],
      },
    });
  });

  it('is compared in a dry run, which changes nothing', async () => {
    const { serviceId, templateId } = await aUsedTemplate();
    const args = ['template-usage', 'rebuild', '--all-services', '--days', '8', '--dry-run', '--json'];
    for (let time = 1; time <= 2; time += 1) {
      const answer = await run(args);
      expect({ exitCode: answer.exitCode, status: answer.json().status }).toEqual({ exitCode: 0, status: 'planned' });
      expect(answer.json().result.rebuilt).toContainEqual({
        service_id: serviceId,
        day: today,
        templates: [{ template_id: templateId, count: 3, held: null }],
      });
    }
    const text = await run(['template-usage', 'rebuild', '--service', serviceId, '--day', today, '--dry-run']);
    expect(text.stdout).toContain('Would rebuild 1 day of 1 service: 3 messages');
  });

  it('is told of messages that commands send', async () => {
    const { serviceId, templateId } = await aUsedTemplate();
    await run(['template-usage', 'rebuild', '--service', serviceId, '--day', today]);
    const send = ['notifications', 'send', '--template', templateId, '--to', '07900900001', '-p', 'name=Jo'];
    expect((await run(send)).exitCode).toBe(0);
    const shown = await run(['template-usage', 'show', '--service', serviceId, '--days', '0', '--json']);
    expect(shown.json().result.days).toEqual([{ day: today, source: 'redis', templates: { [templateId]: 4 } }]);
  });

  it('knows no service of another id', async () => {
    const answer = await run(['template-usage', 'rebuild', '--service', randomUUID(), '--day', today, '--json']);
    expect({ exitCode: answer.exitCode, error: answer.json().error?.code }).toEqual({
      exitCode: 5,
      error: 'NOT_FOUND',
    });
  });
});

const outages = process.env['TEST_REDIS_URL']
  ? skipUnless(false, 'the Redis of TEST_REDIS_URL cannot be stopped')
  : suite;

outages('template-usage while Redis is in trouble', () => {
  const env = (): Record<string, string> => ({ REDIS_URL: redis.url });
  const command = async (
    ...args: readonly string[]
  ): Promise<{ exitCode: number | null; code: string; message: string }> => {
    const answer = await notify(['template-usage', ...args, '--json'], { env: env() });
    const { code = '', message = '' } = answer.json().error ?? {};
    return { exitCode: answer.exitCode, code, message };
  };
  const days = async (serviceId: string): Promise<unknown> => {
    const args = ['template-usage', 'show', '--service', serviceId, '--days', '1', '--json'];
    return (await notify(args, { env: env() })).json().result.days.at(-1);
  };

  it('exits 75 when other rebuilds hold every day of every service', async () => {
    await aUsedTemplate();
    const client = new Client(redis.url);
    const { rows } = await app.db.query<{ id: string }>('SELECT id FROM services');
    const locks = rows.map(({ id }) => `${templateUsageKey({ serviceId: id, day: today })}:rebuild`);
    for (const lock of locks) await client.set(lock, 'another');
    const all = ['rebuild', '--all-services', '--day', today];
    expect(await command(...all)).toMatchObject({ exitCode: 75, code: 'LOCKED' });
    await client.del(locks[0]!);
    expect(await command(...all)).toMatchObject({ exitCode: locks.length === 1 ? 0 : 3 });
    await client.del(locks);
    client.disconnect();
  });

  it(
    'exits 69 when Redis is full, hangs or is gone; what is shown then is from the database',
    { timeout: 60_000 },
    async () => {
      const { serviceId, templateId } = await aUsedTemplate();
      const rebuild = ['rebuild', '--service', serviceId, '--day', today];
      const fromTables = { day: today, source: 'database', templates: { [templateId]: 3 } };
      const client = new Client(redis.url);
      client.on('error', () => undefined);
      await client.config('SET', 'maxmemory', '1');
      expect(await command(...rebuild)).toMatchObject({
        exitCode: 69,
        code: 'REDIS_UNAVAILABLE',
        message: expect.stringContaining('OOM') as string,
      });
      expect(await days(serviceId)).toEqual(fromTables);
      await client.config('SET', 'maxmemory', '0');
      expect(await command(...rebuild)).toMatchObject({ exitCode: 0 });
      redis.server!.pause();
      // Ten seconds for Redis, not for each of its days.
      const before = performance.now();
      expect(await days(serviceId)).toEqual(fromTables);
      expect(performance.now() - before).toBeLessThan(20_000);
      redis.server!.resume();
      await redis.server!.stop();
      expect(await command(...rebuild)).toMatchObject({ exitCode: 69, code: 'REDIS_UNAVAILABLE' });
      expect(await days(serviceId)).toEqual(fromTables);
      await redis.server!.start();
      expect(await command(...rebuild)).toMatchObject({ exitCode: 0 });
      expect(await days(serviceId)).toMatchObject({ source: 'redis' });
      client.disconnect();
    },
  );
});

describe('template-usage rebuild', () => {
  const service = ['--service', '018f2f6e-7c1a-7000-8000-000000000000'];

  it.each([
    { given: 'no day', args: service, exitCode: 2 },
    { given: 'no service', args: ['--day', today], exitCode: 2 },
    { given: 'a day that is none', args: [...service, '--day', '2026-02-30'], exitCode: 2 },
    { given: 'a service that is no UUID', args: ['--service', 'x', '--day', today], exitCode: 2 },
    { given: 'a day that lies ahead', args: [...service, '--day', '2999-01-01'], exitCode: 2 },
  ])('refuses $given', async ({ args, exitCode }) => {
    await expectError(['template-usage', 'rebuild', ...args], exitCode, { code: 'USAGE_INVALID' });
  });

  it('says that no Redis is configured', async () => {
    await expectError(['template-usage', 'rebuild', ...service, '--day', today], 78, {
      code: 'CONFIG_INVALID',
      message: 'There is no Redis to rebuild the usage of templates in: REDIS_URL is not set',
      hint: expect.stringContaining('Set REDIS_URL, or redisUrl in notify.config.json'),
    });
  });

  it('says that Redis does not answer', async () => {
    const { serviceId } = await aUsedTemplate();
    const args = ['template-usage', 'rebuild', '--service', serviceId, '--day', today, '--json'];
    const answer = await notify(args, { env: { REDIS_URL: 'redis://127.0.0.1:1' } });
    expect({ exitCode: answer.exitCode, error: answer.json().error?.code }).toEqual({
      exitCode: 69,
      error: 'REDIS_UNAVAILABLE',
    });
    expect(answer.json().error?.message).toContain('ECONNREFUSED');
  });
});

describe('template-usage show', () => {
  it('counts in the tables without Redis', async () => {
    const { serviceId, templateId } = await aUsedTemplate();
    const answer = await notify(['template-usage', 'show', '--service', serviceId, '--days', '0', '--json']);
    expect(answer.exitCode).toBe(0);
    expect(answer.json().result.days).toEqual([{ day: today, source: 'database', templates: { [templateId]: 3 } }]);
  });
});
