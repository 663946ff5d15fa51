/** How `notify serve` stops: nothing that was begun is lost, and nobody waits longer than promised. */
import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectClient } from '../../src/lib/db/database.ts';
import { databaseEnvironment, startServe, type RunningServe } from '../support/cli.ts';
import { aService, aTemplate, anApiKey } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';
import { signToken } from '../support/token.ts';
import { nextEvent, waitFor } from '../support/wait.ts';
import { get, getAs, sendSms } from './api-client.ts';

const app = useTestApp();
let sender: { key: string; template: string };

beforeAll(async () => {
  const service = await aService(app);
  const { text: key } = await anApiKey(app, service.id);
  sender = { key, template: (await aTemplate(app, service.id)).id };
});

function serve(settings: Record<string, string>): Promise<RunningServe> {
  return startServe([], { ...databaseEnvironment(app.databaseUrl), NOTIFY_LOG_LEVEL: 'warn', ...settings });
}

/** Keeps every new message waiting until it is called. */
async function holdMessages(): Promise<() => Promise<void>> {
  const client = await connectClient(app.databaseUrl, 'notify tests');
  await client.query('BEGIN; LOCK TABLE notifications IN ACCESS EXCLUSIVE MODE');
  return () => client.end();
}

/** Waits until a statement of the servers waits for the held table. */
async function messageToWait(): Promise<void> {
  const sql = `SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE relation = 'notifications'::regclass AND NOT granted AND application_name LIKE 'notify serve%'`;
  await waitFor(async () => (await app.db.query(sql)).rows.length > 0, { what: 'a message that waits' });
}

describe('SIGTERM', () => {
  it('says "not ready" at once, and serves until the drain delay is over', async () => {
    const server = await serve({ NOTIFY_DRAIN_DELAY: '3' });
    const { url, admin_url } = server.ready;
    const startedAt = performance.now();
    const ended = server.kill('SIGTERM');
    await waitFor(async () => (await get(admin_url, '/ready')).status === 503, {
      timeout: 2000,
      what: '/ready to say 503',
    });
    expect(await get(admin_url, '/ready')).toMatchObject({
      status: 503,
      body: { status: 'unavailable', checks: { draining: 'the process is stopping', database: 'ok', schema: 'ok' } },
    });
    expect((await get(admin_url, '/live')).status).toBe(200);
    const sent = await sendSms(url, sender);
    expect(sent.status).toBe(201);
    // Clients that keep their connection are sent away, so that none is cut off at the end.
    expect((await fetch(`${url}/_status`)).headers.get('connection')).toBe('close');
    expect((await getAs(sender.key, url, `/v2/notifications/${sent.body.id}`)).status).toBe(200);
    const { exitCode, stdout, stderr } = await ended;
    expect(performance.now() - startedAt).toBeGreaterThan(2900);
    expect(exitCode).toBe(0);
    expect(stdout.match(/\n/g), 'still one line').toHaveLength(1);
    expect(stderr).toContain('Stopping in 3 s…\n');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('finishes a request in flight', async () => {
    const server = await serve({ NOTIFY_DRAIN_DELAY: '0' });
    const release = await holdMessages();
    const sending = sendSms(server.ready.url, sender);
    await messageToWait();
    const ended = server.kill('SIGTERM');
    // The listeners are closed; the request still waits.
    await waitFor(
      async () =>
        get(server.ready.admin_url, '/live').then(
          () => false,
          () => true,
        ),
      { what: 'closed ports' },
    );
    await release();
    const releasedAt = performance.now();
    expect(await sending).toMatchObject({ status: 201 });
    expect(await ended).toMatchObject({ exitCode: 0 });
    // The client keeps its connection open: nobody waits for that.
    expect(performance.now() - releasedAt).toBeLessThan(10_000);
  });

  it('waits for a job in flight', async () => {
    const server = await serve({ NOTIFY_DRAIN_DELAY: '0' });
    const client = await connectClient(app.databaseUrl, 'notify tests');
    await client.query('BEGIN; LOCK TABLE sandbox_messages IN ACCESS EXCLUSIVE MODE');
    const { body } = await sendSms(server.ready.url, sender);
    const waits = `SELECT 1 FROM pg_locks WHERE relation = 'sandbox_messages'::regclass AND NOT granted`;
    await waitFor(async () => (await app.db.query(waits)).rows.length > 0, { what: 'a delivery that waits' });
    const ended = server.kill('SIGTERM');
    await waitFor(() => server.stderr().includes('Stopping…'));
    await client.end();
    expect(await ended).toMatchObject({ exitCode: 0 });
    const sql = { text: 'SELECT notification_status AS status FROM notifications WHERE id = $1', values: [body.id] };
    expect((await app.db.query(sql)).rows[0]).toMatchObject({ status: expect.stringMatching(/^(sending|delivered)$/) });
  });

  it('gives up a client that never finishes its request after the grace', async () => {
    const server = await serve({ NOTIFY_DRAIN_DELAY: '0', NOTIFY_SHUTDOWN_GRACE: '1' });
    const { port } = new URL(server.ready.url);
    const client = connect(Number(port), '127.0.0.1');
    client.on('error', () => undefined);
    const head = ['POST /v2/notifications/sms HTTP/1.1', 'Host: x', `Authorization: Bearer ${signToken(sender.key)}`];
    head.push('Content-Type: application/json', 'Content-Length: 1000', 'Expect: 100-continue');
    client.write(`${head.join('\r\n')}\r\n\r\n{`);
    expect(String(await nextEvent(client, 'data'))).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    const closed = nextEvent(client, 'close');
    const startedAt = performance.now();
    expect(await server.kill('SIGTERM')).toMatchObject({ exitCode: 0 });
    expect(performance.now() - startedAt).toBeGreaterThan(900);
    await closed;
  });

  it('leaves no connection to the database', async () => {
    const server = await serve({ NOTIFY_DRAIN_DELAY: '0' });
    const sql = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'notify serve%'`;
    expect((await app.db.query(sql)).rows).not.toEqual([]);
    await server.kill('SIGTERM');
    await waitFor(async () => (await app.db.query(sql)).rows.length === 0, { timeout: 5000 });
  });
});

it('SIGINT skips the drain delay', async () => {
  const server = await serve({ NOTIFY_DRAIN_DELAY: '3600' });
  const { exitCode, stderr } = await server.kill('SIGINT');
  expect(exitCode).toBe(0);
  expect(stderr).toContain('Stopping…\n');
});

it.each([
  { second: 'SIGTERM', exitCode: 143 },
  { second: 'SIGINT', exitCode: 130 },
] as const)('a second signal, $second, ends it at once', async ({ second, exitCode }) => {
  const server = await serve({ NOTIFY_DRAIN_DELAY: '3600' });
  const ended = server.kill('SIGTERM');
  await waitFor(() => server.stderr().includes('Stopping in 3600 s'));
  // One that follows within a second may be the echo of the first.
  await waitFor(
    () => {
      server.child.kill(second);
      return server.stderr().includes('Stopped at once.');
    },
    { timeout: 5000, what: 'the end' },
  );
  expect(await ended).toMatchObject({ exitCode, signal: null });
});

it('SIGKILL loses nothing that was accepted: the next start delivers it', { timeout: 60_000 }, async () => {
  const api = await startServe(['--role', 'api'], databaseEnvironment(app.databaseUrl));
  const { body } = await sendSms(api.ready.url, sender);
  await api.kill('SIGKILL');
  const server = await serve({ NOTIFY_DRAIN_DELAY: '0' });
  await waitFor(async () => {
    const { body: notification } = await getAs(sender.key, server.ready.url, `/v2/notifications/${body.id}`);
    return notification.status === 'delivered';
  });
  await server.kill('SIGTERM');
});
