import { Redis as Client } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useRedis } from '../support/redis.ts';
import { startTestServer, useTestApps, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { callApi } from './api.ts';
import { internalSecrets, internalToken } from './internal-api.ts';
import { insertJobRow } from './job-rows.ts';
import { insertRows } from './notification-rows.ts';

const { redis, suite } = await useRedis();
const createApp = useTestApps({ remember: true });

suite('statistics of jobs in Redis', () => {
  let client: Client;
  beforeAll(() => {
    client = new Client(redis.url);
  });
  afterAll(() => client.disconnect());

  async function anApp(): Promise<{ app: TestApp; template: Template; statisticsOf: () => Promise<object> }> {
    const internalClients = { 'notify-admin': internalSecrets };
    const app = await createApp({ config: { redisUrl: redis.url, internalClients } });
    const { id } = await aService(app);
    const template = await aTemplate(app, id);
    const server = await startTestServer(app);
    const statisticsOf = async (): Promise<object> => {
      const headers = { authorization: `Bearer ${internalToken(app.clock.now())}` };
      const { json } = await callApi(server.url, `/service/${id}/job`, { headers });
      return Object.fromEntries(json.data.map((job: { id: string; statistics: object }) => [job.id, job.statistics]));
    };
    // The connection is made with the first command.
    await waitFor(async () => {
      await app.jobOutcomes.keep('probe', []);
      return (await app.jobOutcomes.read(['probe'])).has('probe');
    });
    return { app, template, statisticsOf };
  }

  it('are kept for a day once nothing can change, and then not counted again', async () => {
    const { app, template, statisticsOf } = await anApp();
    const begun = { processingStarted: new Date(), notificationCount: 2 };
    const settled = await insertJobRow(app, template, begun);
    const sending = await insertJobRow(app, template, begun);
    const incomplete = await insertJobRow(app, template, begun);
    await insertRows(app, template, { jobId: settled, status: 'delivered', count: 2 });
    await insertRows(app, template, { jobId: sending, status: 'sending', count: 2 });
    await insertRows(app, template, { jobId: incomplete, status: 'delivered' });

    const expected = {
      [settled]: [{ status: 'delivered', count: 2 }],
      [sending]: [{ status: 'sending', count: 2 }],
      [incomplete]: [{ status: 'delivered', count: 1 }],
    };
    expect(await statisticsOf()).toEqual(expected);
    const kept = `job-${settled}-notification-outcomes`;
    expect(JSON.parse((await client.get(kept))!)).toEqual(expected[settled]);
    expect(await client.ttl(kept)).toBeGreaterThan(86_390);
    expect(await client.exists(...[sending, incomplete].map((id) => `job-${id}-notification-outcomes`))).toBe(0);

    await app.db.query({
      text: `UPDATE notifications SET notification_status = 'failed' WHERE job_id = $1`,
      values: [settled],
    });
    expect(await statisticsOf()).toEqual(expected);
    // What nobody here wrote is not believed.
    for (const text of ['nonsense', '{}', '[{"status": "x", "count": 1}]', '[{"status": "sent", "count": "1"}]']) {
      await client.set(kept, text);
      expect(await statisticsOf()).toMatchObject({ [settled]: [{ status: 'failed', count: 2 }] });
    }
  });

  it('are counted when Redis fails', async () => {
    const { app, template, statisticsOf } = await anApp();
    const id = await insertJobRow(app, template, { processingStarted: new Date(), notificationCount: 1 });
    await insertRows(app, template, { jobId: id, status: 'delivered' });
    // Not a text, so that reading it fails.
    await client.del(`job-${id}-notification-outcomes`);
    await client.lpush(`job-${id}-notification-outcomes`, 'x');
    expect(await statisticsOf()).toEqual({ [id]: [{ status: 'delivered', count: 1 }] });
  });
});
