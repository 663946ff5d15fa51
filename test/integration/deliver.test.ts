import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes } from '../../src/lib/api-keys/api-key.ts';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import { readSandboxOutbox } from '../../src/lib/providers/read-sandbox-outbox.ts';
import type { SandboxMessage } from '../../src/lib/providers/sandbox-message-repository.ts';
import { queueNames } from '../../src/lib/queue/queues.ts';
import type { Worker } from '../../src/lib/queue/worker.ts';
import { aTemplate } from '../support/builders.ts';
import { jobsPutInto, queuesToBeEmpty, rememberJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { accept, aSender, read, whenStatus, type Message, type Sender } from './delivery.ts';

const app = useTestApp({ supervise: true });
let sender: Sender;
let worker: Worker;

beforeAll(async () => {
  sender = await aSender(app, { smsSender: 'SENDER', emailReplyTo: 'replies@example.com' });
  worker = await app.runWorkers(queueNames);
});

function outboxOf(notificationId: string): Promise<SandboxMessage[]> {
  return readSandboxOutbox(app, { notificationId });
}

describe('a message is delivered through the sandbox', () => {
  for (const type of ['sms', 'email'] as const) {
    for (const keyType of keyTypes) {
      it(`(${type} with a ${keyType} key)`, async () => {
        const id = await accept(app, sender, { type, keyType });
        const notification = await whenStatus(app, id, 'delivered');
        expect(notification).toMatchObject({ sentBy: 'sandbox', billableUnits: type === 'sms' ? 1 : 0 });
        const { createdAt, sentAt, updatedAt } = notification;
        expect(sentAt!.getTime()).toBeGreaterThanOrEqual(createdAt.getTime());
        expect(updatedAt!.getTime()).toBeGreaterThanOrEqual(sentAt!.getTime());
        expect(await outboxOf(id)).toHaveLength(keyType === 'test' ? 0 : 1);
      });
    }
  }

  it('on the queues of its type, with receipts of their own', async () => {
    const queuesOf = async (message: Message): Promise<string[]> => {
      const id = await accept(app, sender, message);
      await whenStatus(app, id, 'delivered');
      const jobs = (await jobsPutInto(app.db)).filter(({ subject }) => subject === id);
      for (const { requestId } of jobs) expect(requestId).toBe('trace-1');
      return jobs.map(({ queue, task }) => `${queue} ${task}`);
    };
    await rememberJobs(app.db);
    expect(await queuesOf({ type: 'sms' })).toEqual([
      'send-sms deliver_sms',
      'sms-callbacks process-sms-client-response',
    ]);
    expect(await queuesOf({ type: 'email' })).toEqual(['send-email deliver_email', 'ses-callbacks process-ses-result']);
    expect(await queuesOf({ type: 'sms', keyType: 'test' })).toEqual([
      'research-mode deliver_sms',
      'research-mode process-sms-client-response',
    ]);
    expect(await queuesOf({ type: 'email', keyType: 'test' })).toEqual([
      'research-mode deliver_email',
      'research-mode process-ses-result',
    ]);
  });
});

describe('what becomes of a message is decided by its recipient', () => {
  const outcomes: ['sms' | 'email', string, NotificationStatus][] = [
    ['sms', '07700900003', 'temporary-failure'],
    ['sms', '+447700900003', 'temporary-failure'],
    ['sms', '07700900002', 'permanent-failure'],
    ['sms', '07700900001', 'delivered'],
    ['sms', '07900900123', 'delivered'],
    ['email', 'temp-fail@simulator.notify', 'temporary-failure'],
    ['email', 'perm-fail@simulator.notify', 'permanent-failure'],
    ['email', 'delivered@simulator.notify', 'delivered'],
    ['email', 'someone@example.com', 'delivered'],
  ];
  for (const [type, to, status] of outcomes) {
    // A team key reaches only guests; the sandbox does not tell it from a normal one.
    for (const keyType of ['normal', 'test'] as const) {
      it(`${to} with a ${keyType} key: ${status}`, async () => {
        const id = await accept(app, sender, { type, to, keyType });
        expect(await whenStatus(app, id, status)).toMatchObject({ sentBy: 'sandbox' });
        expect(await outboxOf(id)).toHaveLength(keyType === 'test' ? 0 : 1);
      });
    }
  }
});

describe('the outbox shows', () => {
  it('a text message as the phone gets it', async () => {
    const prefixed = await aSender(app, { name: 'Passports', prefixSms: true, smsSender: '07123123123' });
    const id = await accept(app, prefixed, { to: '+44 7900 900 123', text: '“Hello” –\r\nŵ' });
    await whenStatus(app, id, 'delivered');
    expect(await outboxOf(id)).toEqual([
      {
        id: expect.any(String) as unknown,
        notificationId: id,
        type: 'sms',
        to: '447900900123',
        from: '447123123123',
        replyTo: null,
        subject: null,
        content: 'Passports: "Hello" -\nŵ',
        html: null,
        reference: id,
        sentAt: expect.any(Date) as unknown,
      },
    ]);
  });

  it('an email with its parts', async () => {
    const id = await accept(app, sender, { type: 'email', to: 'Someone@Example.com', text: 'it\'s "A & B"' });
    await whenStatus(app, id, 'delivered');
    const [message, ...others] = await outboxOf(id);
    expect(others).toEqual([]);
    expect(message).toMatchObject({
      notificationId: id,
      type: 'email',
      to: 'someone@example.com',
      from: `"${sender.service.name}" <${sender.service.emailSenderLocalPart}@notify.localhost>`,
      replyTo: 'replies@example.com',
      subject: 'About it’s “A & B”',
      reference: `sandbox-${id}`,
    });
    expect(message!.content).toContain('it’s “A & B”');
    expect(message!.html).toContain('<title>About it’s “A &amp; B”</title>');
    expect(message!.html).toContain('it’s “A &amp; B”');
  });

  it('the name that a service chose for its emails', async () => {
    const named = await aSender(app);
    await app.db.query({
      text: `UPDATE services SET custom_email_sender_name = 'The Office' WHERE id = $1`,
      values: [named.service.id],
    });
    const id = await accept(app, named, { type: 'email' });
    await whenStatus(app, id, 'delivered');
    expect((await outboxOf(id))[0]!.from).toMatch(/^"The Office" </);
  });

  it('what the template said when the message was accepted', async () => {
    const template = await aTemplate(app, sender.service.id, { content: 'Old' });
    await worker.stop(10_000);
    const id = await accept(app, sender, { template });
    await app.db.query({
      text: `WITH changed AS (UPDATE templates SET content = 'New', version = 2 WHERE id = $1 RETURNING *)
             INSERT INTO templates_history SELECT * FROM changed`,
      values: [template.id],
    });
    worker = await app.runWorkers(queueNames);
    await whenStatus(app, id, 'delivered');
    expect((await outboxOf(id))[0]).toMatchObject({ content: 'Old' });
  });
});

describe('an international text message', () => {
  const reported = '+33 6 12 34 56 78';
  const unreported = '+1 201 555 0123';

  for (const keyType of ['normal', 'test'] as const) {
    it(`with a ${keyType} key is sent, then delivered where the country reports`, async () => {
      const id = await accept(app, sender, { to: reported, keyType });
      expect(await whenStatus(app, id, 'delivered')).toMatchObject({ international: true, phonePrefix: '33' });
    });

    it(`with a ${keyType} key stays sent where the country does not`, async () => {
      const id = await accept(app, sender, { to: unreported, keyType });
      const { sentAt, updatedAt } = await whenStatus(app, id, 'sent');
      await queuesToBeEmpty(app.db);
      expect(await read(app, id)).toMatchObject({ status: 'sent', sentAt, updatedAt, sentBy: 'sandbox' });
    });
  }
});

describe('billable units', () => {
  const rows: [string, Message, number][] = [
    ['one fragment', { text: 'x'.repeat(160) }, 1],
    ['two fragments', { text: 'x'.repeat(161) }, 2],
    ['fragments of characters that are not in GSM', { text: 'ŵ'.repeat(71) }, 2],
    ['six fragments', { text: 'x'.repeat(918) }, 6],
    ['a test key, counted by its receipt', { text: 'x'.repeat(161), keyType: 'test' }, 2],
    ['a failed message', { text: 'x'.repeat(161), to: '07700900002' }, 2],
    ['an email', { type: 'email', text: 'x'.repeat(1000) }, 0],
    ['an email with a test key', { type: 'email', keyType: 'test' }, 0],
  ];
  for (const [name, message, units] of rows) {
    it(`of ${name}: ${units}`, async () => {
      const id = await accept(app, sender, message);
      await queuesToBeEmpty(app.db);
      expect(await read(app, id)).toMatchObject({ billableUnits: units });
    });
  }

  it('count the name of the service', async () => {
    const prefixed = await aSender(app, { name: 'Driving licences', prefixSms: true });
    const name = 'Driving licences: '.length;
    const lengths = [160 - name, 161 - name];
    const ids = await Promise.all(lengths.map((length) => accept(app, prefixed, { text: 'x'.repeat(length) })));
    await queuesToBeEmpty(app.db);
    expect(await Promise.all(ids.map((id) => read(app, id)))).toMatchObject([
      { billableUnits: 1 },
      { billableUnits: 2 },
    ]);
  });

  it('of a test key abroad stay 0 where no receipt counts', async () => {
    const id = await accept(app, sender, { to: '+1 201 555 0123', keyType: 'test' });
    await whenStatus(app, id, 'sent');
    await queuesToBeEmpty(app.db);
    expect(await read(app, id)).toMatchObject({ billableUnits: 0 });
  });
});

describe('the reference of the provider', () => {
  it('stays null for texts, is kept for emails, and is made up for test keys', async () => {
    const sms = await accept(app, sender, { type: 'sms' });
    const email = await accept(app, sender, { type: 'email' });
    const test = await accept(app, sender, { type: 'email', keyType: 'test' });
    await queuesToBeEmpty(app.db);
    expect(await read(app, sms)).toMatchObject({ reference: null, clientReference: null });
    expect(await read(app, email)).toMatchObject({ reference: `sandbox-${email}` });
    expect((await read(app, test)).reference).toMatch(/^[0-9a-f-]{36}$/);
  });
});
