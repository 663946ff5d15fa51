/** How `notify serve` starts: ports, roles and queues, on an external database. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { databaseEnvironment, runCli, startServe, type RunningServe } from '../support/cli.ts';
import { aService, aTemplate, anApiKey } from '../support/builders.ts';
import { runCommand } from '../support/command-runner.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { get, sendSms } from './api-client.ts';

const app = useTestApp();

const quick = { NOTIFY_DRAIN_DELAY: '0', NOTIFY_LOG_LEVEL: 'warn' };

/** A server on the database of this file that goes at the end of the test. */
async function serve(args: readonly string[] = [], env: Record<string, string> = {}): Promise<RunningServe> {
  const server = await startServe(args, { ...databaseEnvironment(app.databaseUrl), ...quick, ...env });
  onTestFinished(async () => void (await server.kill()));
  return server;
}

/** A port that somebody else has, until the end of the test. */
async function takenPort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(() => void listener.close());
  return (listener.address() as AddressInfo).port;
}

/** What a client needs for a message, and the notifications it makes. */
async function aSender(): Promise<{ key: string; template: string }> {
  const service = await aService(app);
  const [{ text: key }, { id: template }] = await Promise.all([anApiKey(app, service.id), aTemplate(app, service.id)]);
  return { key, template };
}

async function statusOf(id: string): Promise<string> {
  const sql = { text: 'SELECT notification_status FROM notifications WHERE id = $1', values: [id] };
  return (await app.db.query<{ notification_status: string }>(sql)).rows[0]!.notification_status;
}

describe('ports', () => {
  it('are free ones with --port 0, the admin port too', async () => {
    const [first, second] = await Promise.all([serve(['--port', '0']), serve(['--port', '0'])]);
    const urls = [first, second].flatMap(({ ready }) => [ready.url, ready.admin_url!]);
    expect(new Set(urls).size).toBe(4);
    for (const url of urls) expect(['6011', '9611']).not.toContain(new URL(url).port);
    expect(first.ready).not.toHaveProperty('demo');
  });

  it('stay as configured beside --port 0: an admin port of the environment counts, and off is off', async () => {
    const off = await serve(['--port', '0'], { NOTIFY_ADMIN_PORT: 'off' });
    expect(off.ready.admin_url).toBeNull();
    expect((await get(off.ready.url, '/_status')).status).toBe(200);
  });

  it('can be given by the environment alone', async () => {
    const { ready } = await serve(['--port', '0', '--admin-port', '0', '--host', '::1'], { PORT: '1' });
    expect(ready.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  });

  it.each([
    { flag: '--port', others: ['--admin-port', '0'] },
    { flag: '--admin-port', others: ['--port', '0'] },
  ])('69 when that of $flag is taken, naming the flag', async ({ flag, others }) => {
    const port = await takenPort();
    const env = databaseEnvironment(app.databaseUrl);
    const result = await runCli(['serve', flag, String(port), ...others, '--json'], { env });
    expect(result.exitCode, result.stderr).toBe(69);
    expect(result.json()).toEqual({
      status: 'error',
      error: {
        code: 'PORT_IN_USE',
        message: `127.0.0.1:${port} (${flag}) is taken by another process`,
        hint: `Choose another with ${flag}, or 0 for a free one.`,
        details: null,
      },
      warnings: [],
    });
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  it('78 for an address that is not of this machine', async () => {
    const env = databaseEnvironment(app.databaseUrl);
    const result = await runCli(['serve', '--port', '0', '--host', '192.0.2.1', '--json'], { env });
    expect(result.exitCode, result.stderr).toBe(78);
    expect(result.json().error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('192.0.2.1:0 (--port)'),
    });
  });
});

describe('--queues', () => {
  it.each(['send-sms,nope', 'constructor'])('2 for %s, listing the names there are', async (queues) => {
    const env = databaseEnvironment(app.databaseUrl);
    const result = await runCommand(['serve', '--role', 'worker', '--queues', queues, '--json'], { env });
    expect(result.exitCode, result.stderr).toBe(2);
    const { code, message, hint } = result.json().error!;
    expect({ code, message }).toEqual({
      code: 'QUEUE_UNKNOWN',
      message: `'${queues.split(',').at(-1)}' is not a queue`,
    });
    expect(hint).toMatch(/Queues: .*send-sms.*Presets: .*sender/);
  });

  it('2 without any name, and where nothing is worked on', async () => {
    for (const args of [
      ['--queues', ' , '],
      ['--queues', 'send-sms', '--role', 'scheduler'],
    ]) {
      expect((await runCommand(['serve', '--port', '0', ...args])).exitCode).toBe(2);
    }
  });
});

describe('roles', () => {
  let api: RunningServe;
  beforeAll(async () => {
    const env = { ...databaseEnvironment(app.databaseUrl), ...quick };
    api = await startServe(['--role', 'api'], env);
  });
  afterAll(async () => void (await api.kill()));

  it('api accepts and delivers nothing; worker has no public port and delivers', async () => {
    const sender = await aSender();
    const { status, body } = await sendSms(api.ready.url, sender);
    expect(status).toBe(201);

    const ofOthers = await serve(['--role', 'worker', '--queues', 'send-email,ses-callbacks']);
    expect(ofOthers.ready.url).toBeNull();
    expect(await get(ofOthers.ready.admin_url, '/ready')).toMatchObject({ status: 200 });
    expect(await statusOf(body.id)).toBe('created');
    expect(await storedJobs(app.db)).toContainEqual(expect.objectContaining({ subject: body.id, state: 'created' }));

    const worker = await serve(['--role', 'worker', '--queues', 'sender,receipts']);
    expect(worker.ready.url).toBeNull();
    await waitFor(async () => (await statusOf(body.id)) === 'delivered');
    const metrics = await Promise.all([worker, ofOthers, api].map(({ ready }) => get(ready.admin_url, '/metrics')));
    const delivers = metrics.map(({ body: text }) =>
      text.includes('notify_task_runs_total{task="deliver_sms",outcome="done"} 1'),
    );
    expect(delivers).toEqual([true, false, false]);
  });

  it('worker needs no port at all', async () => {
    const worker = await serve(['--role', 'worker', '--admin-port', 'off']);
    expect(worker.ready).toEqual({ url: null, admin_url: null, console_url: null });
    const sender = await aSender();
    const { body } = await sendSms(api.ready.url, sender);
    await waitFor(async () => (await statusOf(body.id)) === 'delivered');
    expect(worker.child.exitCode).toBeNull();
  });

  it('scheduler keeps the schedule and nothing else', async () => {
    const scheduler = await serve(['--role', 'scheduler']);
    expect(scheduler.ready.url).toBeNull();
    await waitFor(async () => {
      const { rows } = await app.db.query('SELECT task FROM schedule_runs');
      return rows.some(({ task }) => task === 'timeout-sending-notifications');
    });
    const sender = await aSender();
    const { body } = await sendSms(api.ready.url, sender);
    expect(await statusOf(body.id)).toBe('created');
  });
});
