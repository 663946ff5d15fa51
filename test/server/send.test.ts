import { beforeAll, describe, expect, it } from 'vitest';
import type { Database, Queryable } from '../../src/lib/db/database.ts';
import { findNotification } from '../../src/lib/notifications/notification-repository.ts';
import { createNotificationWriter } from '../../src/lib/notifications/notification-writer.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import { insertEmailReplyTo, insertSmsSender } from '../../src/lib/services/service-repository.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { storedJobs, type StoredJob } from '../support/queue-probe.ts';
import { startTestServer } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { callApi, useApi, v2Error, type ApiAnswer } from './api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00.123Z');
const api = useApi({ clock });
const phone = '07900900123';
const email = 'someone@example.com';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
let service: Service;
let key: string;

beforeAll(async () => {
  service = await aService(api, {
    name: 'Accounts & Co',
    smsSender: '07123123123',
    emailReplyTo: 'replies@example.com',
  });
  key = (await anApiKey(api, service.id)).text;
});

type Type = 'sms' | 'email';

function post(type: Type, body: object, withKey = key): Promise<ApiAnswer> {
  const to = type === 'sms' ? { phone_number: phone } : { email_address: email };
  return api.call(`/v2/notifications/${type}`, { method: 'POST', key: withKey, body: { ...to, ...body } });
}

async function stored({ json }: ApiAnswer): Promise<Notification | null> {
  return findNotification(api.db, api.secretBox, (json as { id: string }).id);
}

async function jobsOf({ json }: ApiAnswer): Promise<StoredJob[]> {
  return (await storedJobs(api.db)).filter(({ subject }) => subject === (json as { id: string }).id);
}

async function countNotifications(): Promise<number> {
  const { rows } = await api.db.query<{ count: number }>('SELECT count(*)::int AS count FROM notifications');
  return rows[0]!.count;
}

describe('a text message', () => {
  it('is answered 201 with these members and no others', async () => {
    const template = await aTemplate(api, service.id, { content: 'Hello ((name))' });
    const answer = await post('sms', {
      template_id: template.id,
      personalisation: { name: 'Ada' },
      reference: 'my reference',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    const { id } = answer.json as { id: string };
    expect(id).toMatch(uuid);
    expect(answer.json).toEqual({
      id,
      reference: 'my reference',
      uri: `${api.url}/v2/notifications/${id}`,
      template: {
        id: template.id,
        version: 1,
        uri: `${api.url}/services/${service.id}/templates/${template.id}`,
      },
      scheduled_for: null,
      content: { body: 'Hello Ada', from_number: '447123123123' },
    });
  });

  it('is stored with everything that sending it needs', async () => {
    const template = await aTemplate(api, service.id);
    const answer = await post('sms', {
      phone_number: ' 07900 900-123\u200b',
      template_id: template.id,
      personalisation: { name: 'Ada', unused: [1, null] },
    });
    const { apiKeyId } = (await stored(answer))!;
    expect(await stored(answer)).toMatchObject({
      serviceId: service.id,
      notificationType: 'sms',
      to: '07900 900-123',
      normalisedTo: '447900900123',
      templateId: template.id,
      templateVersion: 1,
      keyType: 'normal',
      status: 'created',
      reference: null,
      clientReference: null,
      personalisation: { name: 'Ada', unused: [1, null] },
      billableUnits: 0,
      international: false,
      phonePrefix: '44',
      rateMultiplier: 1,
      replyToText: '447123123123',
      createdById: null,
      createdAt: clock.now(),
      sentAt: null,
      sentBy: null,
      updatedAt: null,
      jobId: null,
    });
    const { rows } = await api.db.query({ text: 'SELECT service_id FROM api_keys WHERE id = $1', values: [apiKeyId] });
    expect(rows).toEqual([{ service_id: service.id }]);
    const raw = await api.db.query<{ personalisation: string }>('SELECT personalisation FROM notifications');
    for (const { personalisation } of raw.rows) expect(personalisation).not.toContain('Ada');
  });

  it('abroad is stored with the country and what it costs', async () => {
    const template = await aTemplate(api, service.id, { content: 'Hello' });
    const answer = await post('sms', { phone_number: '+1 (868) 291-1234', template_id: template.id });
    expect(await stored(answer)).toMatchObject({
      to: '+1 (868) 291-1234',
      normalisedTo: '18682911234',
      international: true,
      phonePrefix: '1868',
      rateMultiplier: 7,
    });
  });

  it('comes from the chosen sender, which is normalised only when it is a number', async () => {
    const template = await aTemplate(api, service.id, { content: 'Hello' });
    const senders: [string, string][] = [
      ['GOVUK', 'GOVUK'],
      ['07700900999', '447700900999'],
      ['12345', '12345'],
      ['Dept. & Co', 'Dept. & Co'],
    ];
    for (const [smsSender, shown] of senders) {
      const id = api.ids.uuid();
      await insertSmsSender(api.db, service.id, { id, smsSender, isDefault: false }, clock.now());
      const answer = await post('sms', { template_id: template.id, sms_sender_id: id });
      expect(answer.json).toMatchObject({ content: { from_number: shown } });
      expect(await stored(answer)).toMatchObject({ replyToText: shown });
    }
  });
});

describe('an email', () => {
  it('is answered 201 with these members and no others', async () => {
    const template = await aTemplate(api, service.id, {
      templateType: 'email',
      subject: 'Hello "((name))" -- it\'s here',
      content: '# Dear ((name))\r\n\r\n* one\r\n',
    });
    const answer = await post('email', {
      template_id: template.id,
      personalisation: { name: 'Ada' },
      one_click_unsubscribe_url: 'https://example.com/unsubscribe?id=1',
    });
    expect(answer.status).toBe(201);
    const { id } = answer.json as { id: string };
    expect(answer.json).toEqual({
      id,
      reference: null,
      uri: `${api.url}/v2/notifications/${id}`,
      template: {
        id: template.id,
        version: 1,
        uri: `${api.url}/services/${service.id}/templates/${template.id}`,
      },
      scheduled_for: null,
      content: {
        body: '# Dear Ada\r\n\r\n* one',
        subject: 'Hello “Ada” – it’s here',
        from_email: 'accounts.co@notify.localhost',
        one_click_unsubscribe_url: 'https://example.com/unsubscribe?id=1',
      },
      sanitised_content: {},
    });
  });

  it('is stored with everything that sending it needs', async () => {
    const template = await aTemplate(api, service.id, { templateType: 'email' });
    const answer = await post('email', {
      email_address: ' SomeOne@Example.com\n',
      template_id: template.id,
      personalisation: { name: 'Ada' },
      reference: 'r',
      one_click_unsubscribe_url: 'https://example.com/u',
    });
    expect(await stored(answer)).toMatchObject({
      notificationType: 'email',
      to: 'SomeOne@Example.com',
      normalisedTo: 'someone@example.com',
      status: 'created',
      reference: null,
      clientReference: 'r',
      billableUnits: 0,
      international: false,
      replyToText: 'replies@example.com',
      unsubscribeLink: 'https://example.com/u',
      documentDownloadCount: null,
    });
  });

  it('has the chosen reply-to address, and none when the service has none', async () => {
    const id = api.ids.uuid();
    const reply = { id, emailAddress: 'other@example.com', isDefault: false };
    await insertEmailReplyTo(api.db, service.id, reply, clock.now());
    const template = await aTemplate(api, service.id, { templateType: 'email', subject: 'Hi', content: 'Hello' });
    const chosen = await post('email', { template_id: template.id, email_reply_to_id: id });
    expect(await stored(chosen)).toMatchObject({ replyToText: 'other@example.com' });

    const bare = await aService(api);
    const bareTemplate = await aTemplate(api, bare.id, { templateType: 'email', subject: 'Hi', content: 'Hello' });
    const none = await post('email', { template_id: bareTemplate.id }, (await anApiKey(api, bare.id)).text);
    expect(none.json).toMatchObject({ content: { one_click_unsubscribe_url: null } });
    expect(await stored(none)).toMatchObject({ replyToText: null });
  });
});

describe('the delivery job', () => {
  const routes: [Type, 'normal' | 'priority', 'normal' | 'team' | 'test', string][] = [
    ['sms', 'normal', 'normal', 'send-sms'],
    ['sms', 'normal', 'team', 'send-sms'],
    ['sms', 'normal', 'test', 'research-mode'],
    ['sms', 'priority', 'normal', 'notify'],
    ['sms', 'priority', 'team', 'notify'],
    ['sms', 'priority', 'test', 'research-mode'],
    ['email', 'normal', 'normal', 'send-email'],
    ['email', 'normal', 'test', 'research-mode'],
    ['email', 'priority', 'normal', 'notify'],
    ['email', 'priority', 'test', 'research-mode'],
  ];
  for (const [type, processType, keyType, queue] of routes) {
    it(`of ${type} with a ${processType} template and a ${keyType} key waits in ${queue}`, async () => {
      const own = await aService(api, { guestList: [phone, email] });
      const template = await aTemplate(api, own.id, { templateType: type, processType });
      const { text } = await anApiKey(api, own.id, { keyType });
      const body = { template_id: template.id, personalisation: { name: 'Ada' } };
      const answer = await api.call(`/v2/notifications/${type}`, {
        method: 'POST',
        key: text,
        body: { ...body, ...(type === 'sms' ? { phone_number: phone } : { email_address: email }) },
        headers: { 'x-b3-traceid': 'trace-1' },
      });
      const { id } = answer.json as { id: string };
      expect(await jobsOf(answer)).toMatchObject([
        { queue, task: `deliver_${type}`, args: { notificationId: id }, attempt: 1, delay: 0, requestId: 'trace-1' },
      ]);
      expect(await stored(answer)).toMatchObject({ keyType });
    });
  }
});

describe('row and job are stored together or not at all', () => {
  it('a queue that silently takes no job makes it 500, and nothing is left', async () => {
    const template = await aTemplate(api, service.id, { content: 'Hello' });
    const before = await countNotifications();
    await api.db.query(`
      CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER skip BEFORE INSERT ON pgboss.job FOR EACH ROW EXECUTE FUNCTION skip()`);
    try {
      const answer = await post('sms', { template_id: template.id });
      expect(answer.json).toEqual(v2Error(500, 'Exception', 'Internal server error'));
      expect(answer.status).toBe(500);
    } finally {
      await api.db.query('DROP FUNCTION skip CASCADE');
    }
    expect(await countNotifications()).toBe(before);
    expect((await post('sms', { template_id: template.id })).status).toBe(201);
  });

  it('a queue that throws after the row was written does the same', async () => {
    const template = await aTemplate(api, service.id, { content: 'Hello' });
    const before = await countNotifications();
    let rowsInTransaction = 0;
    const queue = {
      async enqueue(tx: Queryable): Promise<void> {
        rowsInTransaction = (await tx.query('SELECT 1 FROM notifications')).rows.length;
        throw new Error('The queue is full of secrets');
      },
    };
    const writer = createNotificationWriter({ ...api, queue }, { batchSize: 250, concurrency: 2, maxWaiting: 10 });
    const server = await startTestServer({ ...api, writer });
    try {
      const body = { phone_number: phone, template_id: template.id };
      const call = { method: 'POST', key, body };
      const answer = await callApi(server.url, '/v2/notifications/sms', call, clock.now());
      expect(answer.json).toEqual(v2Error(500, 'Exception', 'Internal server error'));
    } finally {
      await server.close();
    }
    expect(rowsInTransaction).toBe(before + 1);
    expect(await countNotifications()).toBe(before);
  });

  it('more messages than may wait are refused at once, and none of them is stored', async () => {
    const template = await aTemplate(api, service.id, { content: 'Hello' });
    const before = await countNotifications();
    const gate = Promise.withResolvers<void>();
    const db: Database = {
      ...api.db,
      async transaction(work) {
        await gate.promise;
        return api.db.transaction(work);
      },
    };
    const writer = createNotificationWriter({ ...api, db }, { batchSize: 1, concurrency: 1, maxWaiting: 2 });
    const server = await startTestServer({ ...api, writer });
    const send = (): Promise<ApiAnswer> => {
      const body = { phone_number: phone, template_id: template.id };
      return callApi(server.url, '/v2/notifications/sms', { method: 'POST', key, body }, clock.now());
    };
    try {
      const taken = [send()];
      await waitFor(() => writer.waiting === 1);
      taken.push(send(), send());
      await waitFor(() => writer.waiting === 3);
      const refused = await send();
      expect(refused.json).toEqual(v2Error(503, 'ServiceUnavailableError', 'Too many requests in progress, try again'));
      expect(refused.headers['retry-after']).toBe('1');
      gate.resolve();
      expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([201, 201, 201]);
    } finally {
      gate.resolve();
      await server.close();
    }
    expect(await countNotifications()).toBe(before + 3);
  });

  it('the job exists as soon as the answer does', async () => {
    const template = await aTemplate(api, service.id, { content: 'Hello' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('sms', { template_id: template.id })));
    expect(new Set(answers.map(({ json }) => (json as { id: string }).id)).size).toBe(20);
    for (const answer of answers) {
      expect(answer.status).toBe(201);
      expect(await stored(answer)).toMatchObject({ status: 'created' });
      expect(await jobsOf(answer)).toHaveLength(1);
    }
  });
});
