import { beforeAll, describe, expect, it } from 'vitest';
import { findNotification } from '../../src/lib/notifications/notification-repository.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import type { Service } from '../../src/lib/services/service.ts';
import type { CreateTemplateInput } from '../../src/lib/templates/create-template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { plainError, useApi, type ApiAnswer } from './api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00.123Z');
const api = useApi({ clock });
const recipients = { sms: '07900900123', email: 'someone@example.com' } as const;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
let service: Service;
let key: string;
let apiKeyId: string;

type Type = 'sms' | 'email';

interface Accepted {
  readonly template_version: number;
  readonly notification: { readonly id: string };
  readonly body: string;
  readonly subject?: string;
}

beforeAll(async () => {
  service = await aService(api, { smsSender: '07123123123', emailReplyTo: 'replies@example.com' });
  const made = await anApiKey(api, service.id);
  key = made.text;
  apiKeyId = made.apiKey.id;
});

function post(type: string, body: unknown, withKey = key): Promise<ApiAnswer> {
  return api.call(`/notifications/${type}`, { method: 'POST', key: withKey, body });
}

/** A template without placeholders. */
function plain(templateType: Type): Partial<CreateTemplateInput> {
  return { templateType, content: 'Hi', ...(templateType === 'email' && { subject: 'Hi' }) };
}

function dataOf(answer: ApiAnswer): Accepted {
  expect(answer.status, answer.text).toBe(201);
  expect(Object.keys(answer.json as object)).toEqual(['data']);
  return (answer.json as { data: Accepted }).data;
}

async function stored({ notification }: Accepted): Promise<Notification | null> {
  return findNotification(api.db, api.secretBox, notification.id);
}

describe('a text message', () => {
  it('is answered 201 with these members and no others', async () => {
    const template = await aTemplate(api, service.id, { content: 'Hello ((name)) …' });
    const answer = await post('sms', {
      to: recipients.sms,
      template: template.id,
      personalisation: { name: 'Ada' },
    });
    const data = dataOf(answer);
    expect(data.notification.id).toMatch(uuid);
    expect(data).toEqual({ template_version: 1, notification: { id: data.notification.id }, body: 'Hello Ada ...' });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  });

  it('is stored with its job, and everything that sending it needs', async () => {
    const template = await aTemplate(api, service.id);
    const data = dataOf(
      await post('sms', {
        to: ' 07900 900-123\u200b',
        template: `{${template.id.toUpperCase()}}`,
        personalisation: { Name: 'Ada', unused: [1, null] },
      }),
    );
    expect(await stored(data)).toMatchObject({
      serviceId: service.id,
      notificationType: 'sms',
      to: '07900 900-123',
      normalisedTo: '447900900123',
      templateId: template.id,
      templateVersion: 1,
      apiKeyId,
      keyType: 'normal',
      status: 'created',
      reference: null,
      clientReference: null,
      personalisation: { Name: 'Ada', unused: [1, null] },
      international: false,
      phonePrefix: '44',
      rateMultiplier: 1,
      replyToText: '447123123123',
      createdAt: clock.now(),
    });
    const jobs = (await storedJobs(api.db)).filter(({ subject }) => subject === data.notification.id);
    expect(jobs).toMatchObject([{ queue: 'send-sms' }]);
  });

  it('is seen by both versions of the API', async () => {
    const template = await aTemplate(api, service.id, { content: 'Hello' });
    const { notification } = dataOf(await post('sms', { to: recipients.sms, template: template.id }));
    const v1 = await api.call(`/notifications/${notification.id}`, { key });
    expect(v1.json).toMatchObject({ data: { notification: { id: notification.id, api_key: apiKeyId } } });
    const v2 = await api.call(`/v2/notifications/${notification.id}`, { key });
    expect(v2.json).toMatchObject({ id: notification.id, reference: null, phone_number: recipients.sms });
  });
});

describe('an email', () => {
  it('is answered with its subject, too', async () => {
    const template = await aTemplate(api, service.id, { templateType: 'email', content: '# Hello ((name))' });
    const data = dataOf(
      await post('email', { to: recipients.email, template: template.id, personalisation: { name: 'Ada' } }),
    );
    expect(data).toEqual({
      template_version: 1,
      notification: { id: data.notification.id },
      body: '# Hello Ada',
      subject: 'About Ada',
    });
    expect(await stored(data)).toMatchObject({
      notificationType: 'email',
      to: recipients.email,
      normalisedTo: recipients.email,
      replyToText: 'replies@example.com',
    });
  });
});

describe('every send', () => {
  for (const type of ['sms', 'email'] as const) {
    it(`of ${type} is a notification of its own, with the newest version of its template`, async () => {
      const template = await aTemplate(api, service.id, { ...plain(type), content: 'One' });
      const body = { to: recipients[type], template: template.id };
      const first = dataOf(await post(type, body));
      await api.db.query({
        text: `WITH changed AS (UPDATE templates SET content = 'Two', version = 2 WHERE id = $1 RETURNING *)
               INSERT INTO templates_history SELECT * FROM changed`,
        values: [template.id],
      });
      const second = dataOf(await post(type, body));
      expect(second).toMatchObject({ template_version: 2, body: 'Two' });
      expect(second.notification.id).not.toBe(first.notification.id);
    });

    it(`of ${type} may carry members that are not known`, async () => {
      const template = await aTemplate(api, service.id, plain(type));
      const body = { to: recipients[type], template: template.id, reference: 5, job: null, phone_number: 'x' };
      expect(await stored(dataOf(await post(type, body)))).toMatchObject({ clientReference: null });
    });
  }
});

describe('a simulated recipient', () => {
  for (const [type, to] of [
    ['sms', '+44 7700 900 111'],
    ['email', 'Simulate-Delivered-2@notifications.service.gov.uk'],
  ] as const) {
    it(`of ${type} is answered like any other, and not stored`, async () => {
      const template = await aTemplate(api, service.id, plain(type));
      const testKey = (await anApiKey(api, service.id, { keyType: 'test' })).text;
      const jobs = (await storedJobs(api.db)).length;
      for (const withKey of [key, testKey]) {
        const data = dataOf(await post(type, { to, template: template.id }, withKey));
        expect(data).toEqual({
          template_version: 1,
          notification: { id: data.notification.id },
          body: 'Hi',
          ...(type === 'email' && { subject: 'Hi' }),
        });
        expect(await stored(data)).toBeNull();
        const again = await api.call(`/notifications/${data.notification.id}`, { key });
        expect(again).toMatchObject({ status: 404, json: plainError('No result found') });
      }
      expect(await storedJobs(api.db)).toHaveLength(jobs);
    });
  }

  it('is refused like any other when something is wrong', async () => {
    const { id } = await aTemplate(api, service.id);
    const answer = await post('sms', { to: '07700900000', template: id });
    expect(answer).toMatchObject({ status: 400, json: plainError('Missing personalisation: name') });
  });
});

describe('fields that are refused', () => {
  const missing = 'Missing data for required field.';
  const phone = (text: string): object => ({ to: [`Invalid phone number: ${text}`] });
  const template = '019cd000-0000-7000-8000-000000000000';
  const ok = { to: recipients.sms, template };
  const okEmail = { to: recipients.email, template };
  const rows: [Type, unknown, object][] = [
    ['sms', {}, { to: [missing], template: [missing] }],
    ['email', {}, { to: [missing], template: [missing] }],
    ['sms', null, { to: [missing], template: [missing] }],
    ['sms', { template }, { to: [missing] }],
    ['email', { to: recipients.email }, { template: [missing] }],
    ['sms', { to: '', template }, phone('Not enough digits')],
    ['sms', { to: '12' }, { ...phone('Not enough digits'), template: [missing] }],
    ['sms', { to: '0772345678910', template }, phone('Too many digits')],
    ['sms', { to: '07723 456789...', template }, phone('Must not contain letters or symbols')],
    ['sms', { to: '24741111', template }, phone('Not a valid country prefix')],
    ['sms', { to: '08515111111', template }, phone('Number is not valid – double check the phone number you entered')],
    ['sms', { to: recipients.email, template }, phone('Must not contain letters or symbols')],
    ['email', { to: recipients.sms, template }, { to: ['Not a valid email address'] }],
    ['email', { to: '', template: null }, { to: ['Not a valid email address'], template: ['Field may not be null.'] }],
    ['sms', { to: null, template }, { to: ['Field may not be null.'] }],
    ['sms', { to: 7900900123, template: 1.0 }, { to: ['Not a valid string.'], template: ['Not a valid string.'] }],
    ['email', { to: ['a@b.com'], template: {} }, { to: ['Not a valid string.'], template: ['Not a valid string.'] }],
    ['sms', { ...ok, personalisation: null }, { personalisation: ['Field may not be null.'] }],
    ['sms', { ...ok, personalisation: 'x' }, { personalisation: ['Not a valid mapping type.'] }],
    ['email', { ...okEmail, personalisation: [] }, { personalisation: ['Not a valid mapping type.'] }],
    ['sms', { ...ok, personalisation: { a: ['\0'] } }, { personalisation: ['must not contain null characters'] }],
    ['email', { ...okEmail, personalisation: { '\ud800': 1 } }, { personalisation: ['is not valid Unicode'] }],
    ['sms', { to: '07900900123\0', template }, { to: ['must not contain null characters'] }],
    ['sms', [1], { _schema: ['Invalid input type.'] }],
    ['email', 'x', { _schema: ['Invalid input type.'] }],
    ['sms', true, { _schema: ['Invalid input type.'] }],
  ];
  for (const [type, body, message] of rows) {
    it(`${type} ${JSON.stringify(body)}`, async () => {
      const answer = await post(type, body);
      expect(answer.status).toBe(400);
      expect(answer.json).toEqual({ result: 'error', message });
    });
  }

  for (const text of ['', 'to=1', '{"to": NaN}', '{', '\ud800']) {
    it(`${JSON.stringify(text)} is not JSON`, async () => {
      const answer = await api.call('/notifications/sms', { method: 'POST', key, text });
      expect(answer).toMatchObject({ status: 400, json: plainError('Invalid JSON supplied in POST data') });
    });
  }

  it('a body without a content type, or with another one, is read all the same', async () => {
    const text = JSON.stringify({ template });
    for (const headers of [{}, { 'content-type': 'text/plain' }]) {
      const answer = await api.call('/notifications/email', { method: 'POST', key, text, headers });
      expect(answer.json).toEqual({ result: 'error', message: { to: [missing] } });
    }
  });

  it('a body that is too large is not read', async () => {
    const text = `"${'x'.repeat(10 * 1024 * 1024)}"`;
    const answer = await api.call('/notifications/sms', { method: 'POST', key, text });
    expect(answer).toMatchObject({
      status: 413,
      json: plainError('The data value transmitted exceeds the capacity limit.'),
    });
  });
});
