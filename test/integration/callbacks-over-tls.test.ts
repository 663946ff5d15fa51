/** Callbacks to receivers that speak TLS, by a worker that trusts one certificate more than the machine does. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { queueDeliveryStatusCallback } from '../../src/lib/callbacks/queue-callback.ts';
import { setCallback } from '../../src/lib/callbacks/set-callback.ts';
import { listEndedNotifications } from '../../src/lib/notifications/list-ended-notifications.ts';
import { insertRows } from '../server/notification-rows.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { aCertificate, type TestCertificate } from '../support/certificate.ts';
import { databaseEnvironment, startServe, type RunningServe } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';

const app = useTestApp({
  clock: createTestClock('2026-03-10T12:00:00Z'),
  config: { callbackAllowedHosts: ['localhost'] },
});
const trusted = aCertificate({ commonName: 'localhost' });
const ofAnotherHost = aCertificate({ commonName: 'receiver.example' });
const expired = aCertificate({ commonName: 'localhost', validTo: new Date('2021-01-01T00:00:00Z') });
let worker: RunningServe;

beforeAll(async () => {
  const authorities = join(await temporaryFolder(), 'authorities.pem');
  await writeFile(authorities, [trusted, ofAnotherHost, expired].map(({ pem }) => pem).join(''));
  worker = await startServe(['--role', 'worker', '--admin-port', 'off', '--queues', 'service-callbacks'], {
    ...databaseEnvironment(app.databaseUrl),
    NOTIFY_CALLBACK_ALLOWED_HOSTS: 'localhost',
    NODE_EXTRA_CA_CERTS: authorities,
  });
});

interface TlsReceiver {
  readonly url: string;
  readonly bodies: readonly Buffer[];
}

async function aTlsReceiver({ pem, privateKey }: TestCertificate): Promise<TlsReceiver> {
  const bodies: Buffer[] = [];
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer({ cert: pem, key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}/callbacks`, bodies };
}

/** Has a new service told of a delivered text at a URL. Returns what the log is to say of it, and its template. */
async function tellOf(url: string): Promise<{ id: string; templateId: string; webhookId: string }> {
  const { id: serviceId } = await aService(app);
  const template = await aTemplate(app, serviceId);
  await setCallback(app, { serviceId, callbackType: 'delivery_status', url, bearerToken: 'a-token-of-20-chars!' });
  const id = await insertRows(app, template, { status: 'delivered', reference: 'réf 📩', sentAt: null });
  const [notification] = await listEndedNotifications(app, { ids: [id], serviceId: null });
  await app.db.transaction((tx) => queueDeliveryStatusCallback(app, tx, notification!));
  return { id, templateId: template.id, webhookId: `delivery_status_${id}_delivered` };
}

async function logOf(webhookId: string): Promise<object | null> {
  const { rows } = await app.db.query<object>({
    text: 'SELECT state, attempts, http_status, problem FROM callback_deliveries WHERE webhook_id = $1',
    values: [webhookId],
  });
  return rows[0] ?? null;
}

it('a receiver whose certificate NODE_EXTRA_CA_CERTS vouches for is told, byte for byte', async () => {
  const receiver = await aTlsReceiver(trusted);
  const { id, templateId, webhookId } = await tellOf(receiver.url);
  const log = await waitFor(() => logOf(webhookId));
  expect(log).toEqual({ state: 'delivered', attempts: 1, http_status: 200, problem: null });
  const reference = String.raw`r\u00e9f \ud83d\udce9`;
  expect(receiver.bodies.map((body) => body.toString('latin1'))).toEqual([
    `{"id": "${id}", "reference": "${reference}", "to": "447900900123", "status": "delivered", "created_at": "2026-03-10T12:00:00.000000Z", "completed_at": null, "sent_at": null, "notification_type": "sms", "template_id": "${templateId}", "template_version": 1}`,
  ]);
});

it.each([
  ['that nobody vouches for', aCertificate({ commonName: 'localhost' }), /self-signed certificate/],
  ['of another host', ofAnotherHost, /does not match certificate/],
  ['that has run out', expired, /certificate has expired/],
])('a certificate %s fails the attempt, which is told and tried again', async (_what, certificate, reason) => {
  const receiver = await aTlsReceiver(certificate);
  const { webhookId } = await tellOf(receiver.url);
  expect(await waitFor(() => logOf(webhookId))).toEqual({
    state: 'retrying',
    attempts: 1,
    http_status: null,
    problem: 'certificate',
  });
  const retry = (await storedJobs(app.db)).find(({ attempt, state }) => attempt === 2 && state === 'created');
  expect(retry).toMatchObject({ queue: 'service-callbacks-retry', task: 'send-delivery-status', delay: 300 });
  expect(receiver.bodies).toEqual([]);
  await app.db.query(`DELETE FROM pgboss.job WHERE name = 'service-callbacks-retry'`);
  const line = await waitFor(() =>
    worker
      .stderr()
      .split('\n')
      .find((text) => text.includes(webhookId)),
  );
  expect(line).toMatch(/was not taken: its certificate: /);
  expect(line).toMatch(reason);
});
