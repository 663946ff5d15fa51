import { Redis as Client } from 'ioredis';
import { expect, it } from 'vitest';
import { findServiceForAuthentication } from '../../src/lib/services/find-service.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useRedis } from '../support/redis.ts';
import { skipUnless } from '../support/skip-unless.ts';
import { startTestServer, useTestApps } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { callApi } from './api.ts';

const { redis, suite } = await useRedis();
const outages = process.env['TEST_REDIS_URL']
  ? skipUnless(false, 'the Redis of TEST_REDIS_URL cannot be stopped')
  : suite;
const createApp = useTestApps({ remember: true });

outages('Redis, killed and started again while messages are sent,', () => {
  it('fails no request; limits hold, and the counters are right afterwards', { timeout: 60_000 }, async () => {
    const app = await createApp({ config: { redisUrl: redis.url } });
    const service = await aService(app);
    const template = await aTemplate(app, service.id);
    const { text: key } = await anApiKey(app, service.id);
    const server = await startTestServer(app);
    const total = 600;
    const statuses: number[] = [];
    const post = async (): Promise<number> => {
      const body = { phone_number: '07900900001', template_id: template.id, personalisation: { name: 'Ann' } };
      const { status } = await callApi(server.url, '/v2/notifications/sms', { method: 'POST', key, body });
      return status;
    };
    let begun = 0;
    const load = Array.from({ length: 8 }, async () => {
      while (begun < total) {
        begun += 1;
        statuses.push(await post());
      }
    });

    await waitFor(() => statuses.length >= 100, { what: 'a hundred answers' });
    await redis.server!.stop();
    await waitFor(() => statuses.length >= 300, { what: 'three hundred answers' });
    await redis.server!.start();
    await Promise.all(load);

    expect(statuses.filter((status) => status !== 201)).toEqual([]);
    const client = new Client(redis.url);
    const day = new Date().toISOString().slice(0, 10);
    await waitFor(
      async () => {
        // A check tells the copy again what it missed.
        if ((await client.get(`${service.id}-sms-${day}-count`)) === String(total)) return true;
        await app.limits.assertWithinDailyLimit({ service, keyType: 'normal', counted: 'sms' });
        return false;
      },
      { what: 'the copy to be right' },
    );
    client.disconnect();
    const { rows } = await app.db.query({
      text: `SELECT count, (SELECT count(*) FROM notifications WHERE service_id = $1) AS stored
        FROM daily_counts WHERE service_id = $1 AND counted = 'sms'`,
      values: [service.id],
    });
    expect(rows).toEqual([{ count: total, stored: total }]);

    await app.db.query({
      text: 'UPDATE services SET sms_message_limit = $2 WHERE id = $1',
      values: [service.id, total + 1],
    });
    await waitFor(async () => (await findServiceForAuthentication(app, service.id))?.smsMessageLimit === total + 1, {
      what: 'the process to know the new limit',
    });
    const last = [await post(), await post(), await post()];
    expect(last).toEqual([201, 429, 429]);
    await server.close();
  });
});
