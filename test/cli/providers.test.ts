/** The commands about providers; the stub as a process of its own. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { readSmsWebhook } from '../../src/lib/config/sms-webhook.ts';
import { databaseEnvironment, runCli, startCli, type CliResult, type RunningCli } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { useTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';

const app = useTestApp();
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string;
const instant = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/) as string;

function notify(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  return runCommand(['providers', ...args], { env: { ...databaseEnvironment(app.databaseUrl), ...env } });
}

describe('providers list and update', () => {
  it('show and change what providers are given', async () => {
    const env = { NOTIFY_MMG_API_KEY: 'very-secret' };
    const answer = await notify(['update', 'mmg', '--priority', '60', '--activate', '--json'], env);
    expect({ exitCode: answer.exitCode, stderr: answer.stderr }).toEqual({ exitCode: 0, stderr: '' });
    const mmg = {
      id: uuid,
      type: 'sms',
      identifier: 'mmg',
      display_name: 'MMG',
      priority: 60,
      active: true,
      supports_international: true,
      version: 2,
      updated_at: instant,
    };
    expect(answer.json()).toEqual({
      status: 'ok',
      result: { ...mmg, changed: ['priority', 'active'] },
      warnings: [],
    });
    const list = await notify(['list', '--json'], env);
    expect(list.exitCode).toBe(0);
    expect(list.json().result).toContainEqual({ ...mmg, configured: true, share: 85.7 });
    expect((list.json().result as { identifier: string }[]).map(({ identifier }) => identifier)).toEqual([
      'sandbox',
      'ses',
      'smtp',
      'mmg',
      'firetext',
      'sandbox',
      'dvla',
    ]);
    const { stdout, stderr } = await notify(['list'], env);
    expect(stdout).toMatch(/^TYPE +IDENTIFIER +NAME +PRIORITY +SHARE +ACTIVE +CONFIGURED +VERSION\n/);
    expect(stdout).toMatch(/^sms +mmg +MMG +60 +85\.7% +true +true +2$/m);
    expect(stdout).toMatch(/^letter +dvla +DVLA +50 +0% +false +- +1$/m);
    expect(stdout + stderr + answer.stdout).not.toContain('very-secret');
  });

  it('say to people what was done, and what it means', async () => {
    const update = ['update', 'firetext', '--activate', '--reason', 'More of them'];
    const first = await notify(update);
    expect(first.stdout).toBe("'firetext' (sms) is active with priority 49, as version 2.\n");
    expect(first.stderr).toContain(
      "Warning: 'firetext' is active, but has no configuration here: nothing is given to it\n",
    );
    const again = await notify(update);
    expect({ exitCode: again.exitCode, stdout: again.stdout }).toEqual({
      exitCode: 0,
      stdout: "'firetext' (sms) was so already.\n",
    });
    const { rows } = await app.db.query(
      `SELECT reason FROM provider_details_history WHERE identifier = 'firetext' ORDER BY version`,
    );
    expect(rows).toEqual([{ reason: null }, { reason: 'More of them' }]);
    await notify(['update', 'firetext', '--deactivate']);
  });

  it('warn when nobody is left', async () => {
    const { stderr, exitCode } = await notify(['update', 'sandbox', '--type', 'email', '--deactivate']);
    expect({ stderr, exitCode }).toEqual({
      stderr: 'Warning: No provider of email is active and configured here\n',
      exitCode: 0,
    });
    await notify(['update', 'sandbox', '--type', 'email', '--activate']);
  });

  it('say once that a provider is either on or off', async () => {
    const { stderr } = await notify(['update', 'mmg', '--activate', '--deactivate']);
    expect(stderr.split('\n', 1)[0]).toBe('Error: --deactivate and --activate exclude each other');
  });

  it.each([
    [['nobody', '--activate'], 5, 'NOT_FOUND'],
    [['sandbox', '--activate'], 2, 'USAGE_INVALID'],
    [['mmg'], 2, 'USAGE_INVALID'],
    [['mmg', '--priority', '101'], 2, 'USAGE_INVALID'],
    [['mmg', '--activate', '--deactivate'], 2, 'USAGE_INVALID'],
  ])('refuse %j with status %i', async (args, exitCode, code) => {
    const answer = await notify(['update', ...args, '--json']);
    expect({ exitCode: answer.exitCode, ...answer.json() }).toMatchObject({ exitCode, error: { code } });
  });
});

describe('providers stub', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  interface Running {
    readonly cli: RunningCli;
    readonly url: string;
    readonly environment: Record<string, string>;
    readonly printer: Record<string, string>;
  }

  async function startStub(...args: readonly string[]): Promise<Running> {
    const cli = await startCli(['providers', 'stub', '--port', '0', '--json', ...args]);
    const line = await waitFor(() => cli.stdout().split('\n').slice(0, -1)[0], { what: `the stub ${cli.stderr()}` });
    const { status, result } = JSON.parse(line) as { status: string; result: Omit<Running, 'cli'> };
    expect(status).toBe('ready');
    return { cli, ...result };
  }

  interface Received {
    readonly path: string;
    readonly type: string;
    readonly authorization: string | undefined;
    readonly body: string;
  }

  /** A server that keeps what it is posted. */
  async function startReceiver(): Promise<{ url: string; received: Received[] }> {
    const received: Received[] = [];
    const take = async (request: IncomingMessage): Promise<void> => {
      const body = await text(request);
      const { authorization, 'content-type': type } = request.headers;
      received.push({ path: request.url!, type: type!, authorization, body });
    };
    const server = createServer((request, response) => void take(request).then(() => response.end()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
  }

  it('prints how to use it, takes messages and stops with status 0', async () => {
    const { cli, url, environment, printer } = await startStub('--receipts-to', '');
    expect(environment).toMatchObject({
      NOTIFY_MMG_URL: `${url}/mmg`,
      NOTIFY_SES_ENDPOINT: `${url}/ses`,
      NOTIFY_SNS_VERIFICATION: 'off',
    });
    expect(readSmsWebhook(JSON.parse(environment['NOTIFY_SMS_WEBHOOK']!))).toMatchObject({
      url: `${url}/webhook`,
      receipts: { secrets: ['stub'] },
    });
    expect(printer).toMatchObject({ NOTIFY_PRINT_API_URL: `${url}/print`, NOTIFY_PRINT_API_USER: 'stub' });
    const login = await fetch(`${url}/print/thirdparty-access/v1/authenticate`, {
      method: 'POST',
      body: JSON.stringify({ userName: 'stub', password: 'stub' }),
    });
    expect(await login.json()).toEqual({ 'id-token': expect.any(String) as string });
    const printing = await fetch(`${url}/print`, { method: 'PUT', body: '{"answer": "status", "status": 503}' });
    expect(await printing.json()).toMatchObject({ scenario: { answer: 'status', status: 503 }, counts: { logins: 1 } });
    expect((await fetch(`${url}/print`, { method: 'PUT', body: '{"answer": "maybe"}' })).status).toBe(400);
    const answer = await fetch(`${url}/firetext`, { method: 'POST', body: 'reference=1' });
    expect(await answer.text()).toBe('{"description":"SMS successfully queued","code":0}');
    const counts = (await (await fetch(`${url}/counts`)).json()) as Record<string, object>;
    expect(counts['firetext']).toEqual({ requests: 1, accepted: 1, receipts: 0, receipts_failed: 0 });
    expect(await cli.kill('SIGTERM')).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('posts the receipts of each provider in its form', async () => {
    const receiver = await startReceiver();
    const fast = (provider: string): string[] => ['--scenario', `${provider}=ok,delay=0`];
    const { url } = await startStub(
      '--receipts-to',
      receiver.url,
      ...['mmg', 'firetext', 'ses', 'webhook'].flatMap(fast),
    );
    await fetch(`${url}/mmg`, { method: 'POST', body: '{"cid":"a","MSISDN":"447700900002"}' });
    await fetch(`${url}/firetext`, { method: 'POST', body: 'reference=b&to=447700900003' });
    const { MessageId } = (await (await fetch(`${url}/ses`, { method: 'POST', body: 'id=x' })).json()) as {
      MessageId: string;
    };
    await fetch(`${url}/webhook`, { method: 'POST', body: '{"reference":"c","to":"447700900002"}' });
    await waitFor(() => receiver.received.length === 4);
    const at = (path: string) => receiver.received.find((receipt) => receipt.path === `/notifications/${path}`)!;
    expect(at('sms/mmg').type).toBe('application/json');
    expect(JSON.parse(at('sms/mmg').body)).toMatchObject({
      status: '2',
      substatus: '1',
      CID: 'a',
      MSISDN: '447700900002',
    });
    expect(at('sms/firetext').type).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(at('sms/firetext').body))).toMatchObject({
      status: '1',
      code: '102',
      reference: 'b',
      mobile: '447700900003',
    });
    expect(JSON.parse(at('sms/gateway').body)).toEqual({ reference: 'c', status: 'UNDELIV' });
    expect(at('sms/gateway').authorization).toBe('Bearer stub');
    const envelope = JSON.parse(at('email/ses').body) as { Type: string; Message: string };
    expect(envelope.Type).toBe('Notification');
    expect(JSON.parse(envelope.Message)).toMatchObject({
      notificationType: 'Delivery',
      mail: { messageId: MessageId },
    });
  });

  it('doubles, swaps and loses receipts on demand', async () => {
    const receiver = await startReceiver();
    const { url } = await startStub('--receipts-to', receiver.url);
    const ids = (): unknown[] => receiver.received.map(({ body }) => (JSON.parse(body) as { CID: string }).CID);
    const send = (cid: string) => fetch(`${url}/mmg`, { method: 'POST', body: JSON.stringify({ cid, MSISDN: '1' }) });
    const behave = async (scenario: object): Promise<void> => {
      const answer = await fetch(`${url}/scenario/mmg`, { method: 'PUT', body: JSON.stringify(scenario) });
      expect(answer.status).toBe(200);
    };
    await behave({ receipts: 'duplicate', delay: 0 });
    await send('a');
    await waitFor(() => receiver.received.length === 2);
    expect(ids()).toEqual(['a', 'a']);
    await behave({ receipts: 'none', delay: 0 });
    await send('b');
    await behave({ receipts: 'reordered', delay: 0 });
    await send('c');
    await send('d');
    await waitFor(() => receiver.received.length === 4);
    expect(ids()).toEqual(['a', 'a', 'd', 'c']);
    await behave({ receipts: 'garbage', delay: 0 });
    await send('g');
    await waitFor(() => receiver.received.length === 6);
    expect(
      receiver.received
        .slice(-2)
        .map(({ body }) => body.length)
        .toSorted((a, b) => a - b)[0],
    ).toBe(8);
    await behave({ receipts: 'late', lateMs: 60_000 });
    await send('e');
    await behave({ delay: 0, outcome: 'temporary-failure' });
    await send('f');
    await waitFor(() => receiver.received.length === 7);
    expect(JSON.parse(receiver.received.at(-1)!.body)).toMatchObject({ CID: 'f', status: '4' });
    await waitFor(async () => {
      const counts = (await (await fetch(`${url}/counts`)).json()) as Record<string, { receipts: number }>;
      return counts['mmg']!.receipts === 7;
    });
  });

  it('is told faults by flag and while it runs', async () => {
    const { url } = await startStub('--receipts-to', '', '--scenario', 'mmg=error,status=503');
    const status = async (): Promise<number> => (await fetch(`${url}/mmg`, { method: 'POST', body: '{}' })).status;
    expect(await status()).toBe(503);
    await fetch(`${url}/scenario/mmg`, { method: 'PUT', body: '{"answer":"ok"}' });
    expect(await status()).toBe(200);
    const refused = await fetch(`${url}/scenario/mmg`, { method: 'PUT', body: '{"answer":"explode"}' });
    expect(refused.status).toBe(400);
    const scenarios = (await (await fetch(`${url}/scenario`)).json()) as Record<string, object>;
    expect(scenarios['mmg']).toMatchObject({ answer: 'ok' });
    expect((await (await fetch(`${url}/requests`)).json()) as object[]).toHaveLength(2);
    await fetch(`${url}/requests`, { method: 'DELETE' });
    expect(await (await fetch(`${url}/requests`)).json()).toEqual([]);
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
  });

  it.each([
    [['--scenario', 'nobody=ok'], 2, 'USAGE_INVALID'],
    [['--receipts-to', 'localhost'], 2, 'USAGE_INVALID'],
  ])('refuses %j', async (args, exitCode, code) => {
    const answer = await runCommand(['providers', 'stub', '--port', '0', '--json', ...args]);
    expect({ exitCode: answer.exitCode, ...answer.json() }).toMatchObject({ exitCode, error: { code } });
  });

  it('does not start on a port that is taken', async () => {
    const { url } = await startStub('--receipts-to', '');
    const answer = await runCli(['providers', 'stub', '--port', new URL(url).port, '--json']);
    expect({ exitCode: answer.exitCode, ...answer.json() }).toMatchObject({
      exitCode: 69,
      error: { code: 'PORT_IN_USE', message: expect.stringMatching(/--port/) as string },
    });
  });
});
