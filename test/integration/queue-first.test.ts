import { describe, expect, it } from 'vitest';
import { queueNames } from '../../src/lib/queue/queues.ts';
import type { Service } from '../../src/lib/services/service.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate, enqueueJobs } from '../support/builders.ts';
import { makeJobsDue, queuesToBeEmpty, storedJobs } from '../support/queue-probe.ts';
import { useTestApps, startTestServer, type TestApp, type TestServer } from '../support/test-app.ts';
import { callApi, type ApiAnswer } from '../server/api.ts';
import { waitFor } from '../support/wait.ts';

const createApp = useTestApps();

interface Setting {
  readonly app: TestApp;
  readonly server: TestServer;
  readonly service: Service;
  readonly template: Template;
  readonly key: string;
}

/** An API process; its service is only queued when `queueFirst` says so. */
async function setUp(config: Parameters<typeof createApp>[0] = {}): Promise<Setting> {
  const app = await createApp({ supervise: true, ...config });
  const service = await aService(app);
  const template = await aTemplate(app, service.id);
  const { text: key } = await anApiKey(app, service.id);
  return { app, server: await startTestServer(app), service, template, key };
}

const post = ({ server, template, key }: Setting, changes: object = {}, as = key): Promise<ApiAnswer> =>
  callApi(server.url, '/v2/notifications/sms', {
    method: 'POST',
    key: as,
    body: { phone_number: '07900900001', template_id: template.id, personalisation: { name: 'Ann' }, ...changes },
  });

const get = ({ server, key }: Setting, id: string): Promise<ApiAnswer> =>
  callApi(server.url, `/v2/notifications/${id}`, { key });

describe('with queue-first on', () => {
  it('a message is answered 201, unknown until a worker stores it, and then delivered under the same id', async () => {
    const setting = await setUp({ config: { queueFirst: 'on' } });
    const accepted = await post(setting, { reference: 'mine' });
    expect(accepted.status).toBe(201);
    const { id } = accepted.json as { id: string };
    expect((await get(setting, id)).status).toBe(404);
    const [job] = await storedJobs(setting.app.db);
    expect(job).toMatchObject({ queue: 'db-sms', task: 'save-api-sms', subject: id });
    expect(JSON.stringify(job)).not.toMatch(/07900900001|Ann/);

    await setting.app.runWorkers(queueNames);
    await waitFor(async () => ((await get(setting, id)).json as { status: string }).status === 'delivered', {
      what: 'the message to be delivered',
    });
    expect((await get(setting, id)).json).toMatchObject({
      reference: 'mine',
      phone_number: '07900900001',
      body: 'Hello Ann',
      created_at: expect.any(String) as string,
    });
    await setting.server.close();
  });

  it('a message that is queued twice is stored and sent once', async () => {
    const setting = await setUp({ config: { queueFirst: 'on' } });
    const { id } = (await post(setting)).json as { id: string };
    const [job] = await storedJobs(setting.app.db);
    await enqueueJobs(setting.app, { ...job!, queue: 'retry', task: 'save-api-sms' });
    await setting.app.runWorkers(queueNames);
    await queuesToBeEmpty(setting.app.db);
    const { rows } = await setting.app.db.query({
      text: 'SELECT 1 FROM sandbox_messages WHERE notification_id = $1',
      values: [id],
    });
    expect(rows).toHaveLength(1);
    await setting.server.close();
  });

  it('it counts on the day when it is stored, and is stored again after a failure of the database', async () => {
    const setting = await setUp({ config: { queueFirst: 'on' } });
    const { app, service } = setting;
    await app.db.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'no room'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const { id } = (await post(setting)).json as { id: string };
    await app.runWorkers(queueNames);
    await waitFor(async () => (await storedJobs(app.db)).find(({ attempt }) => attempt === 2), {
      what: 'the second attempt to be queued',
    });
    const retry = (await storedJobs(app.db)).find(({ attempt }) => attempt === 2)!;
    expect(retry.delay).toBe(300);
    await app.db.query('DROP FUNCTION refuse CASCADE');
    await makeJobsDue(app.db);
    await waitFor(async () => (await get(setting, id)).status === 200, { what: 'the message to be stored' });
    const { rows } = await app.db.query<{ count: number }>({
      text: `SELECT count FROM daily_counts WHERE service_id = $1 AND counted = 'sms'`,
      values: [service.id],
    });
    expect(rows).toEqual([{ count: 1 }]);
    await setting.server.close();
  });

  it('messages of team and test keys are stored at once, and simulated recipients nowhere', async () => {
    const setting = await setUp({ config: { queueFirst: 'on' } });
    const { app, service } = setting;
    const { text: testKey } = await anApiKey(app, service.id, { keyType: 'test' });
    const accepted = await post(setting, {}, testKey);
    expect((await get(setting, (accepted.json as { id: string }).id)).status).toBe(200);
    const before = (await storedJobs(app.db)).length;
    expect((await post(setting, { phone_number: '07700900000' })).status).toBe(201);
    expect(await storedJobs(app.db)).toHaveLength(before);
    await setting.server.close();
  });
});

describe('the list of high-volume services', () => {
  it('has the messages of its services queued, and those of no other', async () => {
    const other = await setUp();
    const listed = await setUp({ databaseUrl: other.app.databaseUrl });
    const app = await createApp({
      databaseUrl: other.app.databaseUrl,
      config: { highVolumeServices: [listed.service.id] },
    });
    const server = await startTestServer(app);
    const statusAfter = async (setting: Setting): Promise<number> => {
      const { id } = (await post({ ...setting, server })).json as { id: string };
      return (await get({ ...setting, server }, id)).status;
    };
    expect(await statusAfter(listed)).toBe(404);
    expect(await statusAfter(other)).toBe(200);
    for (const each of [server, listed.server, other.server]) await each.close();
  });
});
