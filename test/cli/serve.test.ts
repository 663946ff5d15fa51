/** `notify serve` as somebody tries it for the first time: on the embedded database, with the demo service. */
import { stat, writeFile, readFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectClient } from '../../src/lib/db/database.ts';
import { openEmbeddedDatabase } from '../../src/lib/db/embedded/embedded-database.ts';
import { runCli, startCli, startServe, type RunningServe } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { makeStoppedCluster } from '../support/stopped-cluster.ts';
import { waitFor } from '../support/wait.ts';
import { get, getAs, sendSms } from './api-client.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const localUrl = /^http:\/\/127\.0\.0\.1:\d+$/;

describe('serve --demo', () => {
  let stateDir: string;
  let env: Record<string, string>;
  let server: RunningServe;

  it('prints one line with the address, the keys and the templates', { timeout: 60_000 }, async () => {
    stateDir = join(await temporaryFolder(), 'state');
    env = { NOTIFY_STATE_DIR: stateDir, NOTIFY_DRAIN_DELAY: '0' };
    server = await startServe(['--demo'], env);
    const [line, rest] = server.stdout().split('\n');
    expect(rest).toBe('');
    const document = JSON.parse(line!) as { result: { demo: { service_id: string } } };
    const serviceId = document.result.demo.service_id;
    const key = expect.stringMatching(new RegExp(`^\\S+-${serviceId}-[0-9a-f-]{36}$`)) as string;
    const id = expect.stringMatching(uuid) as string;
    expect(document).toStrictEqual({
      status: 'ready',
      result: {
        url: expect.stringMatching(localUrl),
        admin_url: expect.stringMatching(localUrl),
        console_url: null,
        demo: {
          service_id: id,
          api_keys: { normal: key, team: key, test: key },
          templates: { sms: id, email: id, letter: id },
          guest_list: ['07700900100', 'demo@example.com'],
        },
      },
      warnings: [],
    });
    expect(new URL(server.ready.admin_url!).port).not.toBe('9611');
    expect(server.stderr()).toContain(`in ${stateDir}`);
  });

  it('keeps ids and keys in a file for its owner only', async () => {
    const file = join(stateDir, 'demo.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(server.ready.demo);
  });

  it('makes the service as documented, which commands of the same state folder see', async () => {
    const demo = server.ready.demo!;
    const show = async (...args: string[]) => {
      const answer = await runCli([...args, '--json'], { env });
      expect(answer, answer.stderr).toMatchObject({ exitCode: 0, stderr: '' });
      return answer.json().result;
    };
    expect(await show('services', 'show', demo.service_id)).toMatchObject({
      active: true,
      restricted: false,
      permissions: expect.arrayContaining(['sms', 'email', 'letter']),
      contact_link: expect.stringMatching(/^https:\/\//),
      sms_senders: [{ sms_sender: expect.stringMatching(/\S/), is_default: true }],
      email_reply_to: [{ email_address: expect.stringMatching(/@example\.com$/), is_default: true }],
      guest_list: ['07700900100', 'demo@example.com'],
    });
    for (const type of ['sms', 'email', 'letter'] as const) {
      const template = await show('templates', 'show', demo.templates[type]);
      expect(template).toMatchObject({ type, version: 1, placeholders: ['name'], archived: false });
      expect(template.content).toContain('((name))');
    }
    const attached = await openEmbeddedDatabase({ stateDir });
    const client = await connectClient(attached.url, 'notify tests');
    const inbound = await client.query('SELECT number FROM inbound_numbers WHERE service_id = $1 AND active', [
      demo.service_id,
    ]);
    expect(inbound.rows).toHaveLength(1);
    await client.end();
    await attached.release();
    expect(await get(server.ready.admin_url, '/ready')).toMatchObject({ status: 200 });
  });

  it('delivers a message into the outbox', async () => {
    const { url, admin_url, demo } = server.ready;
    const sent = await sendSms(url, { key: demo!.api_keys.normal, template: demo!.templates.sms, to: '07700900333' });
    expect(sent.status).toBe(201);
    const path = `/v2/notifications/${sent.body.id}`;
    const delivered = await waitFor(async () => {
      const { body } = await getAs(demo!.api_keys.normal, url, path);
      return body.status === 'delivered' ? body : null;
    });
    const outbox = async (query: string) => (await get(admin_url, `/sandbox/messages?${query}`)).body.messages;
    const [message] = await outbox('to=%2B44+7700+900333');
    expect(message).toMatchObject({
      notification_id: sent.body.id,
      type: 'sms',
      to: '447700900333',
      content: delivered.body,
    });
    expect(await outbox('to=07700900333&since=2020-01-01T00:00:00Z')).toHaveLength(1);
    expect(await outbox('to=07700900334')).toEqual([]);
    expect(await outbox(`since=${new Date(Date.parse(message.sent_at) + 1).toISOString()}`)).toEqual([]);
    expect(await get(admin_url, '/sandbox/messages?since=noon')).toMatchObject({ status: 400 });
    const byCommand = (await runCli(['notifications', 'outbox', '--to', '07700900333', '--json'], { env })).json();
    expect(byCommand.result).toMatchObject([{ notification_id: sent.body.id }]);
  });

  it('answers probes and metrics on the admin port, and its status on the public one', async () => {
    const { url, admin_url } = server.ready;
    expect(await get(admin_url, '/live')).toEqual({ status: 200, body: { status: 'ok' } });
    const ready = await get(admin_url, '/ready');
    expect(ready).toMatchObject({
      status: 200,
      body: { status: 'ok', checks: { draining: 'ok', database: 'ok', schema: 'ok' } },
    });
    const metrics = await get(admin_url, '/metrics');
    expect(metrics.status).toBe(200);
    expect(metrics.body).toMatch(/^notify_task_runs_total\{[^}]*task="deliver_sms"[^}]*\} 1$/m);
    expect(metrics.body).toMatch(/^notify_process_cpu_seconds_total /m);
    expect(await get(url, '/_status')).toMatchObject({
      status: 200,
      body: { status: 'ok', db_version: expect.stringMatching(/^\d{4}_/) },
    });
    for (const path of ['/live', '/ready', '/metrics', '/sandbox/messages']) {
      expect((await get(url, path)).status, `${path} on the public port`).toBe(404);
    }
  });

  it('lets a second server of the same folder attach, and outlives it', { timeout: 60_000 }, async () => {
    const second = await startServe(['--demo'], env);
    expect(second.ready.demo).toEqual(server.ready.demo);
    expect(second.ready.url).not.toBe(server.ready.url);
    expect(await second.kill()).toMatchObject({ exitCode: 0 });
    expect(await get(server.ready.admin_url, '/ready')).toMatchObject({ status: 200 });
  });

  it('has the same ids and keys at the next start, and prints them for people', { timeout: 60_000 }, async () => {
    const { demo } = server.ready;
    expect(await server.kill()).toMatchObject({ exitCode: 0 });
    const again = await startCli(['serve', '--demo', '--port', '0'], { env });
    await waitFor(() => again.stdout().includes('guest list'), { what: 'the ready text', timeout: 60_000 });
    const text = again.stdout();
    expect(text).toMatch(/^ready +http:\/\/127\.0\.0\.1:\d+\nadmin +http:\/\/127\.0\.0\.1:\d+\n/);
    for (const value of [demo!.service_id, ...Object.values(demo!.api_keys), ...Object.values(demo!.templates)]) {
      expect(text).toContain(value);
    }
    const ended = await again.kill();
    expect(ended).toMatchObject({ exitCode: 0, stdout: text });
    expect(ended.stderr).not.toContain(demo!.api_keys.normal.slice(-36));
  });

  it('keeps what was stored', { timeout: 60_000 }, async () => {
    // Nothing runs: the command starts the database, and stops it at its end.
    const list = await runCli(['services', 'list', '--json'], { env });
    expect(list.exitCode, list.stderr).toBe(0);
    expect(list.json().result).toMatchObject([{ id: server.ready.demo!.service_id }]);
  });

  it('says what is wrong with a damaged demo.json', { timeout: 60_000 }, async () => {
    await writeFile(join(stateDir, 'demo.json'), '{"service_id": ');
    const refused = await runCli(['serve', '--demo', '--port', '0', '--json'], { env });
    expect(refused.exitCode).toBe(78);
    expect(refused.json().error).toMatchObject({
      code: 'CONFIG_INVALID',
      hint: 'Delete it to get a new demo service.',
    });
    expect(refused.stderr).not.toMatch(/\n\s+at /);
  });
});

describe('an embedded database that cannot be used', () => {
  async function aStoppedDatabase(): Promise<{ env: Record<string, string>; dataDir: string }> {
    const stateDir = join(await temporaryFolder(), 'state');
    await makeStoppedCluster(stateDir);
    return { env: { NOTIFY_STATE_DIR: stateDir }, dataDir: join(stateDir, 'postgres', 'data') };
  }

  it('of another major version: 78, and it is left as it is', { timeout: 60_000 }, async () => {
    const { env, dataDir } = await aStoppedDatabase();
    await writeFile(join(dataDir, 'PG_VERSION'), '16\n');
    const refused = await runCli(['serve', '--port', '0', '--json'], { env });
    expect(refused.exitCode, refused.stderr).toBe(78);
    const { code, message, hint } = refused.json().error!;
    expect(code).toBe('DATABASE_VERSION');
    expect(message).toContain('16');
    expect(hint).toMatch(/\S/);
    expect(await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).toBe('16\n');
  });

  it('with damaged files: 69, saying where, without a stack', { timeout: 60_000 }, async () => {
    const { env, dataDir } = await aStoppedDatabase();
    const control = await open(join(dataDir, 'global', 'pg_control'), 'r+');
    await control.write(Buffer.alloc(4096, 0xff), 0, 4096, 0);
    await control.close();
    for (const args of [
      ['serve', '--port', '0'],
      ['services', 'list'],
    ]) {
      const refused = await runCli([...args, '--json'], { env });
      expect(refused.exitCode, refused.stderr).toBe(69);
      expect(refused.json().error).toMatchObject({
        code: 'DATABASE_UNUSABLE',
        message: expect.stringContaining(dataDir),
      });
      expect(refused.stderr).not.toMatch(/\n\s+at /);
    }
  });

  it('in a folder that is a file: 78', async () => {
    const file = join(await temporaryFolder(), 'state');
    await writeFile(file, '');
    const refused = await runCli(['services', 'list', '--state-dir', file, '--json']);
    expect(refused.exitCode, refused.stderr).toBe(78);
    expect(refused.json().error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(file) });
    expect(refused.stderr).not.toMatch(/\n\s+at /);
  });
});
