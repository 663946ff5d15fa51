import { createServer, connect, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { authenticateService } from '../../src/lib/api-keys/authenticate-service.ts';
import { revokeApiKey } from '../../src/lib/api-keys/revoke-api-key.ts';
import { listen } from '../../src/lib/db/listen.ts';
import { findTemplateOfService } from '../../src/lib/templates/show-template.ts';
import { aService, aTemplate, anApiKey } from '../support/builders.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { useTestDatabase } from '../support/test-database.ts';
import { signToken } from '../support/token.ts';
import { waitFor } from '../support/wait.ts';

const createApp = useTestApps();

/** Two processes on one database, both of which remember. */
async function twoProcesses(): Promise<[TestApp, TestApp]> {
  const first = await createApp({ remember: true });
  const second = await createApp({ remember: true, databaseUrl: first.databaseUrl });
  for (const { cache } of [first, second]) {
    await waitFor(
      async () => (await cache.read('probe', 'x', async () => 1)) === (await cache.read('probe', 'x', async () => 2)),
      {
        what: 'the process to hear of changes',
      },
    );
  }
  return [first, second];
}

describe('two processes that remember', () => {
  it('refuse a key that one of them revoked, within a second', async () => {
    const [first, second] = await twoProcesses();
    const service = await aService(first);
    const { apiKey, text } = await anApiKey(first, service.id);
    for (const app of [first, second]) await authenticateService(app, `Bearer ${signToken(text)}`);

    await revokeApiKey(first, { apiKeyId: apiKey.id });

    for (const app of [first, second]) {
      await waitFor(
        () =>
          authenticateService(app, `Bearer ${signToken(text)}`).then(
            () => false,
            (error: Error) => error.message === 'Invalid token: API key revoked',
          ),
        { timeout: 1000, what: 'the revoked key to be refused' },
      );
    }
  });

  it.each<[string, string]>([
    ['a template', `UPDATE templates SET content = 'changed' WHERE service_id = $1`],
    ['the service', 'UPDATE services SET restricted = true WHERE id = $1'],
    ['a permission', 'DELETE FROM service_permissions WHERE service_id = $1'],
    ['a key', `UPDATE api_keys SET name = 'changed' WHERE service_id = $1`],
    ['a sender', `UPDATE service_sms_senders SET sms_sender = 'changed' WHERE service_id = $1`],
    [
      'a reply-to address',
      `INSERT INTO service_email_reply_to (id, service_id, email_address, is_default, created_at)
       VALUES (gen_random_uuid(), $1, 'a@example.com', true, now())`,
    ],
    [
      'a contact block',
      `INSERT INTO service_letter_contacts (id, service_id, contact_block, is_default, created_at)
       VALUES (gen_random_uuid(), $1, 'A street', true, now())`,
    ],
    [
      'the guest list',
      `INSERT INTO service_whitelist (id, service_id, recipient_type, recipient, created_at)
       VALUES (gen_random_uuid(), $1, 'mobile', '07900900001', now())`,
    ],
    ['the team', `INSERT INTO user_to_service SELECT id, $1 FROM users LIMIT 1`],
  ])('forget a service when %s changes, whoever changes it', async (_what, sql) => {
    const [first, second] = await twoProcesses();
    const service = await aService(first);
    await aTemplate(first, service.id);
    await anApiKey(first, service.id);
    for (const { cache } of [first, second]) await cache.read(service.id, 'x', async () => 'old');

    const { rowCount } = await first.db.query({ text: sql, values: [service.id] });

    expect(rowCount).toBeGreaterThan(0);
    for (const { cache } of [first, second]) {
      await waitFor(async () => (await cache.read(service.id, 'x', async () => 'new')) === 'new', {
        timeout: 1000,
        what: 'the old value to be forgotten',
      });
    }
  });

  it('forget the services of a member of the team whose number changes', async () => {
    const [first] = await twoProcesses();
    const service = await aService(first);
    await first.db.query({
      text: 'INSERT INTO user_to_service SELECT id, $1 FROM users LIMIT 1',
      values: [service.id],
    });
    await waitFor(async () => (await first.cache.read(service.id, 'x', async () => 'old')) === 'old', {
      what: 'a read',
    });
    await first.db.query(`UPDATE users SET mobile_number = '07900900002'`);
    await waitFor(async () => (await first.cache.read(service.id, 'x', async () => 'new')) === 'new', {
      timeout: 1000,
      what: 'the old value to be forgotten',
    });
  });

  it('remember nothing while the connection that brings the news is lost, and hear of changes again afterwards', async () => {
    const [first] = await twoProcesses();
    const service = await aService(first);
    const template = await aTemplate(first, service.id);
    await findTemplateOfService(first, service.id, template.id);
    await first.db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE '%news' AND pid <> pg_backend_pid();
      UPDATE templates SET content = 'changed meanwhile'`);
    await waitFor(
      async () => (await findTemplateOfService(first, service.id, template.id))?.content === 'changed meanwhile',
      { timeout: 1000, what: 'the change to be seen' },
    );
    await waitFor(
      async () => {
        await first.cache.read(service.id, 'y', async () => 1);
        return (await first.cache.read(service.id, 'y', async () => 2)) === 1;
      },
      { timeout: 3000, what: 'the cache to be trusted again' },
    );
  });
});

describe('a connection whose other end goes silent', () => {
  const database = useTestDatabase();
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** Passes bytes on to the database until it is told to hold its tongue. */
  async function silenceableProxy(target: URL): Promise<{ url: string; silence(): void }> {
    const pairs: [Socket, Socket][] = [];
    const server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      pairs.push([near, far]);
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) socket.on('error', () => undefined);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(target);
    url.port = String((server.address() as { port: number }).port);
    url.hostname = '127.0.0.1';
    return {
      url: url.href,
      silence() {
        for (const [near, far] of pairs) {
          near.unpipe(far);
          far.unpipe(near);
        }
      },
    };
  }

  it('is noticed, and replaced by a new one', async () => {
    const proxy = await silenceableProxy(new URL(database.url));
    const heard: string[] = [];
    const listener = listen({
      url: proxy.url,
      applicationName: 'listener',
      channel: 'news',
      checkEveryMs: 100,
      onNotice: (payload) => heard.push(payload),
      onListening: () => heard.push('listening'),
      onLost: (error) => heard.push((error as Error).message),
    });
    const untilHeard = (word: string): Promise<unknown> =>
      waitFor(async () => heard.includes(word), { timeout: 5000, what: `to hear '${word}'` });
    try {
      await untilHeard('listening');
      await database.db.query(`NOTIFY news, 'first'`);
      await untilHeard('first');
      heard.length = 0;
      proxy.silence();
      await untilHeard('The connection gave no answer for 100 ms');
      await untilHeard('listening');
      await database.db.query(`NOTIFY news, 'second'`);
      await untilHeard('second');
    } finally {
      await listener.close();
    }
  });
});
