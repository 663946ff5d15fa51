import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deliverEmail } from '../../src/lib/notifications/deliver-email.ts';
import { readSandboxOutbox } from '../../src/lib/providers/read-sandbox-outbox.ts';
import type { Worker } from '../../src/lib/queue/worker.ts';
import { useSmtpServer } from '../support/smtp-server.ts';
import { createTestApp, type TestApp, type TestAppOptions } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { accept, aSender, eventsOf, liveJobs, read, whenStatus, type Sender } from './delivery.ts';

const smtp = useSmtpServer();
const apps: TestApp[] = [];
const context = { requestId: null };

afterEach(async () => {
  for (const app of apps.splice(0).reverse()) await app.close();
});

async function anApp(options: TestAppOptions = {}): Promise<TestApp> {
  // The server of the test hangs, and nobody waits a minute for it.
  const smtpUrl = `${smtp.url}/?socketTimeout=300`;
  const app = await createTestApp({ supervise: true, ...options, config: { smtpUrl, ...options.config } });
  apps.push(app);
  return app;
}

async function anEmailApp(): Promise<{ app: TestApp; sender: Sender; worker: Worker }> {
  const app = await anApp();
  const worker = await app.runWorkers(['send-email', 'ses-callbacks', 'research-mode']);
  return { app, worker, sender: await aSender(app, { emailReplyTo: 'replies@example.com' }) };
}

describe('an email', () => {
  it('arrives with its subject, both bodies and all its addresses, and counts as delivered', async () => {
    const { app, sender } = await anEmailApp();
    const text = 'Dear “Zoë” & co';
    const id = await accept(app, sender, { type: 'email', to: ' Some.One@Example.com', text });
    const [message] = await smtp.waitForMessages(1);
    const from = `${sender.service.emailSenderLocalPart}@notify.localhost`;
    expect(message!.envelope).toEqual({ from, to: ['some.one@example.com'] });
    const { email } = message!;
    expect(email.subject).toBe(`About ${text}`);
    expect(email.text).toContain(text);
    expect(email.html).toContain('Dear “Zoë” &amp; co');
    expect(email.html).toMatch(/^<!DOCTYPE html/i);
    expect(email.from).toMatchObject({ name: sender.service.name, address: from });
    expect(email.to).toMatchObject([{ address: 'some.one@example.com' }]);
    expect(email.replyTo).toMatchObject([{ address: 'replies@example.com' }]);
    expect(email.messageId).toBe(`<${id}@notify.localhost>`);
    expect(email.headers.map(({ key }) => key)).not.toContain('list-unsubscribe');

    const notification = await whenStatus(app, id, 'delivered');
    expect(notification).toMatchObject({ sentBy: 'smtp', reference: `<${id}@notify.localhost>` });
    expect(await readSandboxOutbox(app, {})).toEqual([]);
  });

  it('has a From header that says who sends, whatever characters that takes', async () => {
    const { app } = await anEmailApp();
    for (const name of ['Passports', 'Births, deaths & "marriages"', 'Trwyddedau gyrru – Ŵŷ']) {
      const sender = await aSender(app, { name });
      await accept(app, sender, { type: 'email' });
    }
    const messages = await smtp.waitForMessages(3);
    expect(messages.map(({ email }) => `${email.from?.name} <${email.from?.address}>`).sort()).toEqual([
      'Births, deaths & "marriages" <births.deaths.marriages@notify.localhost>',
      'Passports <passports@notify.localhost>',
      'Trwyddedau gyrru – Ŵŷ <trwyddedau.gyrru.wy@notify.localhost>',
    ]);
  });

  it('goes to the domain in ASCII, and answers do, too', async () => {
    const { app } = await anEmailApp();
    const sender = await aSender(app, { emailReplyTo: 'replies@bücher.example' });
    await accept(app, sender, { type: 'email', to: 'Someone@BÅÅÅÅÅR.com' });
    const [message] = await smtp.waitForMessages(1);
    expect(message!.raw).toMatch(/^To: someone@xn--br-yiaaaaa\.com\r$/m);
    expect(message!.raw).toMatch(/^Reply-To: replies@xn--bcher-kva\.example\r$/m);
  });

  it('offers one-click unsubscribing when it was asked for', async () => {
    const { app, sender } = await anEmailApp();
    const unsubscribeUrl = 'https://www.example.com/unsubscribe?id=1&token=abc';
    await accept(app, sender, { type: 'email', unsubscribeUrl });
    const [message] = await smtp.waitForMessages(1);
    const headers = new Map(message!.email.headers.map(({ key, value }) => [key, value]));
    expect(headers.get('list-unsubscribe')).toBe(`<${unsubscribeUrl}>`);
    expect(headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  });

  it('cannot add headers of its own', async () => {
    const { app, sender } = await anEmailApp();
    await accept(app, sender, { type: 'email', text: 'a\r\nBcc: victim@example.com\r\n\r\nbody' });
    const [message] = await smtp.waitForMessages(1);
    expect(message!.envelope.to).toEqual(['someone@example.com']);
    expect(message!.email.bcc).toBeUndefined();
    expect(message!.email.subject).toBe('About a Bcc: victim@example.com body');
  });

  it('with a test key is not sent', async () => {
    const { app, sender } = await anEmailApp();
    const id = await accept(app, sender, { type: 'email', keyType: 'test' });
    expect(await whenStatus(app, id, 'delivered')).toMatchObject({ sentBy: 'smtp' });
    expect(smtp.attempts).toEqual([]);
  });
});

describe('a server that refuses for good', () => {
  for (const [behaviour, reason] of [
    ['refuse', '550 5.1.1 No such user here'],
    ['refuse-content', '554 5.6.0 Content refused'],
  ] as const) {
    it(`(${behaviour}) ends the email as technical-failure at once`, async () => {
      const { app, sender } = await anEmailApp();
      smtp.behave(behaviour);
      const id = await accept(app, sender, { type: 'email' });
      await whenStatus(app, id, 'technical-failure');
      await waitFor(async () => (await liveJobs(app, id)).length === 0);
      expect(smtp.attempts).toEqual(['someone@example.com']);
      const [event, ...others] = await eventsOf(app, id);
      expect(others).toEqual([]);
      expect(event).toMatchObject({ event: 'gave up' });
      expect(event!.detail['reason']).toContain(reason);
    });
  }
});

describe('a server that does not take an email now', () => {
  async function expectRetried(app: TestApp, sender: Sender, reason: RegExp): Promise<string> {
    const id = await accept(app, sender, { type: 'email' });
    const [job] = await waitFor(async () => {
      const jobs = await liveJobs(app, id);
      return jobs[0]?.queue === 'retry' ? jobs : null;
    });
    expect(job).toMatchObject({ task: 'deliver_email', attempt: 2, delay: 300 });
    expect(await read(app, id)).toMatchObject({ status: 'created', sentAt: null, reference: null });
    const [event] = await eventsOf(app, id);
    expect(event).toMatchObject({ event: 'attempt failed', detail: { attempt: 1, code: 'PROVIDER_FAILED' } });
    expect(event!.detail['error']).toMatch(reason);
    return id;
  }

  it('gets it again when it said so', async () => {
    const { app, sender } = await anEmailApp();
    smtp.behave('fail');
    await expectRetried(app, sender, /451 4\.3\.0 Try again later/);
  });

  it('gets it again when it is not there', async () => {
    const { app, sender, worker } = await anEmailApp();
    const gone = await anApp({ config: { smtpUrl: 'smtp://127.0.0.1:1' }, databaseUrl: app.databaseUrl });
    await worker.stop(10_000);
    await gone.runWorkers(['send-email']);
    await expectRetried(app, sender, /ECONNREFUSED/);
  });

  it('gets it again when it never answers', async () => {
    const { app, sender } = await anEmailApp();
    smtp.behave('hang');
    await expectRetried(app, sender, /timeout/i);
  });

  it('gets it again with the same Message-ID when nobody knows whether it took it', async () => {
    const { app, sender } = await anEmailApp();
    smtp.behave('drop');
    const id = await expectRetried(app, sender, /SMTP: /);
    smtp.behave('accept');
    await deliverEmail(app, { notificationId: id }, context);
    const messages = await smtp.waitForMessages(2);
    expect(messages.map(({ email }) => email.messageId)).toEqual(Array(2).fill(`<${id}@notify.localhost>`));
    await whenStatus(app, id, 'delivered');
  });
});

interface ProviderRow {
  readonly provider: string;
  readonly active: boolean;
  readonly version: number;
  readonly reason: string | null;
}

describe('provider rows', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await anApp();
  });

  async function rowsOf(table: 'provider_details' | 'provider_details_history'): Promise<ProviderRow[]> {
    const { rows } = await app.db.query<ProviderRow>(
      `SELECT notification_type || ' ' || identifier AS provider, active, version, reason FROM ${table}
       WHERE notification_type <> 'letter' ORDER BY provider, version`,
    );
    return rows;
  }

  async function activeProviders(): Promise<string[]> {
    return (await rowsOf('provider_details')).filter(({ active }) => active).map(({ provider }) => provider);
  }

  it('follow the configuration of a process that delivers, with their history', async () => {
    expect(await activeProviders()).toEqual(['email sandbox', 'sms sandbox']);
    await app.runWorkers([]);
    expect(await activeProviders()).toEqual(['email smtp', 'sms sandbox']);
    const changed = (await rowsOf('provider_details_history')).filter(({ version }) => version > 1);
    expect(changed).toEqual([
      { provider: 'email sandbox', active: false, version: 2, reason: 'Deactivated by configuration' },
      { provider: 'email smtp', active: true, version: 2, reason: 'Activated by configuration' },
    ]);
  });

  it('are written only when they change', async () => {
    await app.runWorkers([]);
    const rows = await rowsOf('provider_details_history');
    await app.runWorkers([]);
    expect(await rowsOf('provider_details_history')).toEqual(rows);
  });

  it('go back to the sandbox when the server is not configured any more', async () => {
    await app.runWorkers([]);
    const without = await anApp({ databaseUrl: app.databaseUrl, config: { smtpUrl: null } });
    await without.runWorkers([]);
    expect(await activeProviders()).toEqual(['email sandbox', 'sms sandbox']);
  });

  it('that an operator changed stay as they are', async () => {
    const operator = app.ids.uuid();
    await app.db.query({
      text: `INSERT INTO users (id, name, email_address, password, password_changed_at, state, auth_type,
               email_access_validated_at, created_at)
             VALUES ($1, 'Operator', 'operator@example.com', '!', now(), 'active', 'email_auth', now(), now())`,
      values: [operator],
    });
    await app.db.query({
      text: `UPDATE provider_details SET active = false, created_by_id = $1, version = 2
             WHERE identifier = 'smtp' OR (identifier = 'sandbox' AND notification_type = 'sms')`,
      values: [operator],
    });
    await app.runWorkers([]);
    expect(await activeProviders()).toEqual([]);
  });
});
