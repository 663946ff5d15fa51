import { Redis as Client } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aService } from '../support/builders.ts';
import { useRedis } from '../support/redis.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';

const anApp = useTestApps();
const { redis, suite } = await useRedis();

suite('an app with Redis', () => {
  let client: Client;
  beforeAll(() => {
    client = new Client(redis.url);
    client.on('error', () => undefined);
  });
  afterAll(() => client.disconnect());

  /** Checks the limits of a new service; returns its id. */
  async function check(app: TestApp): Promise<string> {
    const service = await aService(app);
    await app.limits.assertWithinLimits({ service, keyType: 'normal', notificationType: 'sms' });
    return service.id;
  }

  const checksTimed = async ({ metrics }: TestApp): Promise<number> => {
    const text = await metrics.registry.metrics();
    const [, count = '0'] =
      /^redis_exceeded_rate_limit_duration_seconds_count\{algorithm="token_bucket"\} (\d+)$/m.exec(text) ?? [];
    return Number(count);
  };

  it('keeps its limits there when it stays, and times the checks', async () => {
    const app = await anApp({ remember: true, config: { redisUrl: redis.url } });
    await waitFor(async () => {
      const serviceId = await check(app);
      const keys = await client.keys(`${serviceId}-*`);
      return keys.length === 2 && keys.includes(`${serviceId}-tokens-normal`);
    });
    expect(await checksTimed(app)).toBeGreaterThan(0);
  });

  it('does without when it is a command', async () => {
    const app = await anApp({ config: { redisUrl: redis.url } });
    const serviceId = await check(app);
    await check(app);
    expect(await client.keys(`${serviceId}-*`)).toEqual([]);
    expect(await checksTimed(app)).toBe(0);
  });

  it('counts the failures of one that is not there', async () => {
    const app = await anApp({ remember: true, config: { redisUrl: 'redis://127.0.0.1:1' } });
    await check(app);
    await waitFor(async () => /^notify_redis_errors_total [1-9]/m.test(await app.metrics.registry.metrics()));
    await check(app);
  });
});
