import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import { notificationStatuses } from '../../src/lib/notifications/notification-status.ts';
import type { Template, TemplateType } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { notFoundText, plainError, useApi, type ApiAnswer } from './api.ts';
import { insertRows } from './notification-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00.120Z');
const api = useApi({ clock });
let serviceId: string;
const keys = {} as Record<KeyType, string>;
const templates = {} as Record<TemplateType, Template>;

beforeAll(async () => {
  serviceId = (await aService(api)).id;
  for (const keyType of keyTypes) keys[keyType] = (await anApiKey(api, serviceId, { keyType })).text;
  for (const templateType of ['sms', 'email', 'letter'] as const) {
    templates[templateType] = await aTemplate(api, serviceId, { templateType, name: `A ${templateType}` });
  }
});

function show(id: string, keyType: KeyType = 'normal'): Promise<ApiAnswer> {
  return api.call(`/notifications/${id}`, { key: keys[keyType] });
}

async function shown(id: string): Promise<Record<string, unknown>> {
  const answer = await show(id);
  expect(answer.status, answer.text).toBe(200);
  expect(Object.keys(answer.json as object)).toEqual(['data']);
  const { data } = answer.json as { data: { notification: Record<string, unknown> } };
  expect(Object.keys(data)).toEqual(['notification']);
  return data.notification;
}

/** What sending and a file leave in a row. */
async function finish(id: string, apiKeyId: string | null): Promise<void> {
  await api.db.query({
    text: `UPDATE notifications SET reference = 'provider 1', sent_by = 'mmg', billable_units = 2, api_key_id = $2,
             personalisation = $3 WHERE id = $1`,
    values: [id, apiKeyId, api.secretBox.seal('{"name": "Ada"}', 'notifications.personalisation')],
  });
}

const keysOfAll = [
  'id',
  'to',
  'status',
  'notification_type',
  'created_at',
  'sent_at',
  'sent_by',
  'updated_at',
  'billable_units',
  'reference',
  'template_version',
  'job_row_number',
  'api_key',
  'job',
  'service',
  'template',
  'body',
  'content_char_count',
];

describe('a notification', () => {
  it('has these members and no others; only text messages have no subject', async () => {
    for (const [type, members] of [
      ['sms', keysOfAll],
      ['email', [...keysOfAll, 'subject']],
      ['letter', [...keysOfAll, 'subject']],
    ] as const) {
      const notification = await shown(await insertRows(api, templates[type]));
      expect(Object.keys(notification).sort(), type).toEqual([...members].sort());
    }
  });

  it('of text shows its length', async () => {
    const { apiKey } = await anApiKey(api, serviceId);
    const id = await insertRows(api, templates.sms, {
      to: '07900 900123',
      status: 'delivered',
      createdAt: '2026-03-10T11:00:00Z',
      sentAt: '2026-03-10T11:00:01.5Z',
      updatedAt: '2026-03-10T11:00:02Z',
      reference: 'the caller’s',
    });
    await finish(id, apiKey.id);
    expect(await shown(id)).toEqual({
      id,
      to: '07900 900123',
      status: 'delivered',
      notification_type: 'sms',
      created_at: '2026-03-10T11:00:00.000000Z',
      sent_at: '2026-03-10T11:00:01.500000Z',
      sent_by: 'mmg',
      updated_at: '2026-03-10T11:00:02.000000Z',
      billable_units: 2,
      reference: 'provider 1',
      template_version: 1,
      job_row_number: null,
      api_key: apiKey.id,
      job: null,
      service: serviceId,
      template: { id: templates.sms.id, name: 'A sms', template_type: 'sms', version: 1 },
      body: 'Hello Ada',
      content_char_count: 9,
    });
  });

  it('by email shows its subject', async () => {
    const id = await insertRows(api, templates.email, { to: 'Ada@Example.com' });
    await finish(id, null);
    expect(await shown(id)).toEqual({
      id,
      to: 'Ada@Example.com',
      status: 'created',
      notification_type: 'email',
      created_at: '2026-03-10T12:00:00.120000Z',
      sent_at: null,
      sent_by: 'mmg',
      updated_at: null,
      billable_units: 2,
      reference: 'provider 1',
      template_version: 1,
      job_row_number: null,
      api_key: null,
      job: null,
      service: serviceId,
      template: { id: templates.email.id, name: 'A email', template_type: 'email', version: 1 },
      body: 'Hello Ada',
      subject: 'About Ada',
      content_char_count: null,
    });
  });

  it('of a file shows its row', async () => {
    const id = await insertRows(api, templates.sms, { jobId: api.ids.uuid() });
    expect(await shown(id)).toMatchObject({ id, job_row_number: 1 });
  });

  it('shows the length of a text with its placeholders filled, as it is sent', async () => {
    const template = await aTemplate(api, serviceId, { content: 'Hello ((name)) …' });
    const id = await insertRows(api, template);
    await finish(id, null);
    expect(await shown(id)).toMatchObject({ body: 'Hello Ada ...', content_char_count: 13 });
  });

  it('shows the template in the version it was made with', async () => {
    const template = await aTemplate(api, serviceId, { name: 'First', content: 'One' });
    const id = await insertRows(api, template);
    await api.db.query({
      text: `WITH changed AS (UPDATE templates SET name = 'Second', content = 'Two', version = 2 WHERE id = $1 RETURNING *)
             INSERT INTO templates_history SELECT * FROM changed`,
      values: [template.id],
    });
    expect(await shown(id)).toMatchObject({
      body: 'One',
      template: { name: 'First', version: 1 },
      template_version: 1,
    });
  });

  for (const status of notificationStatuses) {
    it(`shows the status ${status} as it is, whatever the type`, async () => {
      for (const type of ['sms', 'email', 'letter'] as const) {
        expect(await shown(await insertRows(api, templates[type], { status }))).toMatchObject({ status });
      }
    });
  }

  it('is seen with any key of its service, whatever key it was made with', async () => {
    for (const made of keyTypes) {
      const id = await insertRows(api, templates.sms, { keyType: made });
      for (const reading of keyTypes) {
        expect((await show(id, reading)).json).toMatchObject({ data: { notification: { id } } });
      }
    }
  });

  it('is seen with its id in capitals', async () => {
    const id = await insertRows(api, templates.sms);
    expect((await show(id.toUpperCase())).json).toMatchObject({ data: { notification: { id } } });
  });

  it('of another service, or of none, is not found', async () => {
    const foreign = await insertRows(api, await aTemplate(api, (await aService(api)).id));
    for (const id of [foreign, api.ids.uuid(), '00000000-0000-0000-0000-000000000000']) {
      const answer = await show(id);
      expect(answer).toMatchObject({ status: 404, json: plainError('No result found') });
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
    }
  });
});

describe('what is no UUID in its plain form is no path, with a token or without', () => {
  const id = '019cd000-0000-7000-8000-000000000000';
  for (const other of ['sms', 'email', 'letter', '1', `{${id}}`, `urn:uuid:${id}`, id.replaceAll('-', ''), '%00']) {
    it(other, async () => {
      const path = `/notifications/${other}`;
      for (const call of [{}, { key: keys.normal }]) {
        expect(await api.call(path, call)).toMatchObject({ status: 404, json: plainError(notFoundText) });
      }
      expect(await api.call(path, { method: 'HEAD' })).toMatchObject({ status: 404, text: '' });
    });
  }
});

it('HEAD answers as GET, without the body', async () => {
  const path = `/notifications/${await insertRows(api, templates.sms)}`;
  const get = await api.call(path, { key: keys.normal });
  const head = await api.call(path, { key: keys.normal, method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, text: '' });
  expect(head.headers['content-length']).toBe(String(Buffer.byteLength(get.text)));
});
