/** Messages through the real clients to the stub, and its receipts back through the server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSmsWebhook } from '../../src/lib/config/sms-webhook.ts';
import type { ProviderStub } from '../../src/lib/providers/stub/start-provider-stub.ts';
import { stubGateway } from '../../src/lib/providers/stub/stub-protocols.ts';
import { stubProviders } from '../../src/lib/providers/stub/stub-scenario.ts';
import { startTestStub } from '../support/provider-stub.ts';
import { makeJobsDue } from '../support/queue-probe.ts';
import { createTestApp, startTestServer, useTestApp, type TestApp, type TestServer } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { accept, activateOnly, aSender, eventsOf, read, whenStatus, type Sender } from './delivery.ts';

// Of the gateway, the server needs only what it says about receipts.
const smsWebhook = readSmsWebhook(stubGateway('http://127.0.0.1'));
const api = useTestApp({ config: { snsVerification: 'off', smsWebhook } });
let server: TestServer;
let stub: ProviderStub;
let worker: TestApp;
let sender: Sender;

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'stub', AWS_SECRET_ACCESS_KEY: 'stub' });
  server = await startTestServer(api);
  stub = await startTestStub(server.url);
  for (const provider of stubProviders) stub.setScenario(provider, { delay: [0, 0] });
  worker = await createTestApp({
    databaseUrl: api.databaseUrl,
    supervise: true,
    config: {
      mmgUrl: `${stub.url}/mmg`,
      mmgApiKey: 'key',
      firetextUrl: `${stub.url}/firetext`,
      firetextApiKey: 'key',
      sesEndpoint: `${stub.url}/ses`,
      smsWebhook: readSmsWebhook(stubGateway(stub.url)),
    },
  });
  await worker.runWorkers(['send-sms', 'send-email', 'sms-callbacks', 'ses-callbacks', 'retry']);
  sender = await aSender(api);
});

afterAll(async () => {
  await worker?.close();
  await stub?.close();
  await server?.close();
  delete process.env['AWS_ACCESS_KEY_ID'];
  delete process.env['AWS_SECRET_ACCESS_KEY'];
});

async function use(type: 'sms' | 'email', provider: string): Promise<void> {
  await activateOnly(worker, type, provider);
  worker.providerRows.forget();
}

describe.each([
  ['sms', 'mmg'],
  ['sms', 'firetext'],
  ['sms', 'webhook'],
  ['email', 'ses'],
] as const)('%s through %s', (type, provider) => {
  it('arrives, and its receipt ends it', async () => {
    await use(type, provider);
    const id = await accept(api, sender, { type, text: 'Hello' });
    // A receipt of SES that beats the commit of its reference is tried again after five minutes.
    await waitFor(async () => {
      await makeJobsDue(api.db);
      return (await read(api, id)).status === 'delivered';
    });
    expect(await read(api, id)).toMatchObject({ sentBy: provider });
    const sent = stub.requests.filter((request) => request.provider === provider).map(({ body }) => body);
    if (type === 'sms') expect(sent.some((body) => body.includes(id))).toBe(true);
    else expect(sent.length).toBeGreaterThan(0);
  });

  it('is tried again when the provider fails', async () => {
    await use(type, provider);
    stub.setScenario(provider, { answer: 'error', status: 503, delay: [0, 0] });
    const id = await accept(api, sender, { type });
    const [event] = await waitFor(async () => {
      const events = await eventsOf(api, id);
      return events.length > 0 ? events : null;
    });
    expect(event).toMatchObject({ event: 'attempt failed', detail: { attempt: 1, code: 'PROVIDER_FAILED' } });
    stub.setScenario(provider, { delay: [0, 0] });
    const { registry } = worker.metrics;
    const text = await registry.getSingleMetricAsString('notify_provider_requests_total');
    expect(text).toMatch(new RegExp(`provider="${provider}",outcome="failed"} [1-9]`));
  });
});

it('an email that SES refuses ends as technical-failure', async () => {
  await use('email', 'ses');
  stub.setScenario('ses', { answer: 'refuse' });
  const id = await accept(api, sender, { type: 'email' });
  await whenStatus(api, id, 'technical-failure');
  stub.setScenario('ses', { delay: [0, 0] });
});
