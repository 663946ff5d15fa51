import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import { notificationStatuses, type NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import type { Template, TemplateType } from '../../src/lib/templates/template.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useApi, v2Error, type ApiAnswer } from './api.ts';
import { insertRows } from './notification-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00.120Z');
const api = useApi({ clock });
let serviceId: string;
const keys = {} as Record<KeyType, string>;
const templates = {} as Record<TemplateType, Template>;

beforeAll(async () => {
  serviceId = (await aService(api, { guestList: ['07900900123'] })).id;
  for (const keyType of keyTypes) keys[keyType] = (await anApiKey(api, serviceId, { keyType })).text;
  for (const templateType of ['sms', 'email', 'letter'] as const) {
    templates[templateType] = await aTemplate(api, serviceId, { templateType, content: 'Hello' });
  }
});

function show(id: string, keyType: KeyType = 'normal'): Promise<ApiAnswer> {
  return api.call(`/v2/notifications/${id}`, { key: keys[keyType] });
}

async function send(type: 'sms' | 'email', body: object): Promise<string> {
  const answer = await api.call(`/v2/notifications/${type}`, { method: 'POST', key: keys.normal, body });
  expect(answer.status, answer.text).toBe(201);
  return (answer.json as { id: string }).id;
}

describe('a notification that was just accepted', () => {
  it('shows every member of a text message', async () => {
    const template = await aTemplate(api, serviceId);
    const id = await send('sms', {
      phone_number: ' +44 7900 900123 ',
      template_id: template.id,
      personalisation: { name: '“Ada”' },
      reference: 'r 1',
    });
    const answer = await show(id);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.json).toEqual({
      id,
      reference: 'r 1',
      email_address: null,
      phone_number: '+44 7900 900123',
      line_1: null,
      line_2: null,
      line_3: null,
      line_4: null,
      line_5: null,
      line_6: null,
      postcode: null,
      type: 'sms',
      status: 'created',
      template: { id: template.id, version: 1, uri: `${api.url}/v2/template/${template.id}/version/1` },
      body: 'Hello "Ada"',
      subject: null,
      created_at: '2026-03-10T12:00:00.120000Z',
      created_by_name: null,
      sent_at: null,
      completed_at: null,
      scheduled_for: null,
      postage: null,
      one_click_unsubscribe_url: null,
      cost_details: {},
      cost_in_pounds: null,
      is_cost_data_ready: false,
    });
  });

  it('shows every member of an email', async () => {
    const template = await aTemplate(api, serviceId, { templateType: 'email', content: 'Hello ((name))\r\n\r\nBye' });
    const id = await send('email', {
      email_address: 'Ada@Example.com',
      template_id: template.id,
      personalisation: { name: 'Ada' },
      one_click_unsubscribe_url: 'https://example.com/u',
    });
    expect((await show(id)).json).toEqual({
      id,
      reference: null,
      email_address: 'Ada@Example.com',
      phone_number: null,
      line_1: null,
      line_2: null,
      line_3: null,
      line_4: null,
      line_5: null,
      line_6: null,
      postcode: null,
      type: 'email',
      status: 'created',
      template: { id: template.id, version: 1, uri: `${api.url}/v2/template/${template.id}/version/1` },
      body: 'Hello Ada\r\n\r\nBye',
      subject: 'About Ada',
      created_at: '2026-03-10T12:00:00.120000Z',
      created_by_name: null,
      sent_at: null,
      completed_at: null,
      scheduled_for: null,
      postage: null,
      one_click_unsubscribe_url: 'https://example.com/u',
      cost_details: {},
      cost_in_pounds: 0,
      is_cost_data_ready: true,
    });
  });
});

describe('the status', () => {
  const completed: NotificationStatus[] = [
    'sent',
    'delivered',
    'failed',
    'technical-failure',
    'temporary-failure',
    'permanent-failure',
    'returned-letter',
    'cancelled',
    'validation-failed',
  ];
  for (const status of notificationStatuses) {
    const isCompleted = completed.includes(status);
    it(`${status} is ${isCompleted ? 'completed' : 'not completed'}`, async () => {
      for (const type of ['sms', 'email'] as const) {
        const times = { sentAt: '2026-03-10T12:00:01.5Z', updatedAt: '2026-03-10T12:00:02Z' };
        const id = await insertRows(api, templates[type], { status, ...times });
        expect((await show(id)).json).toMatchObject({
          status,
          sent_at: '2026-03-10T12:00:01.500000Z',
          completed_at: isCompleted ? '2026-03-10T12:00:02.000000Z' : null,
        });
      }
    });
  }

  const letterStatuses: [NotificationStatus, string][] = [
    ['created', 'accepted'],
    ['sending', 'accepted'],
    ['delivered', 'received'],
    ['returned-letter', 'received'],
    ['cancelled', 'cancelled'],
    ['pending-virus-check', 'pending-virus-check'],
    ['technical-failure', 'technical-failure'],
  ];
  for (const [status, shown] of letterStatuses) {
    it(`${status} of a letter is ${shown}`, async () => {
      const id = await insertRows(api, templates.letter, { status });
      expect((await show(id)).json).toMatchObject({ type: 'letter', status: shown });
    });
  }
});

describe('the template', () => {
  it('is that of the version the message was made with', async () => {
    const template = await aTemplate(api, serviceId, { content: 'First' });
    const id = await send('sms', { phone_number: '07900900123', template_id: template.id });
    await api.db.query({
      text: `WITH changed AS (UPDATE templates SET content = 'Second', version = 2 WHERE id = $1 RETURNING *)
             INSERT INTO templates_history SELECT * FROM changed`,
      values: [template.id],
    });
    expect((await show(id)).json).toMatchObject({ body: 'First', template: { version: 1 } });
    const next = await send('sms', { phone_number: '07900900123', template_id: template.id });
    expect((await show(next)).json).toMatchObject({ body: 'Second', template: { version: 2 } });
  });
});

describe('who made it', () => {
  it('is named for messages sent by hand', async () => {
    const id = await insertRows(api, templates.sms, { createdById: systemUserId });
    expect((await show(id)).json).toMatchObject({ created_by_name: 'Notify' });
  });
});

describe('a notification', () => {
  it('is seen with any key of its service, whatever key it was made with', async () => {
    for (const made of keyTypes) {
      const id = await insertRows(api, templates.sms, { keyType: made });
      for (const reading of keyTypes) expect((await show(id, reading)).json).toMatchObject({ id });
    }
  });

  it('is seen with its id in any usual spelling', async () => {
    const id = await insertRows(api, templates.sms);
    for (const spelling of [id.toUpperCase(), id.replaceAll('-', ''), `{${id}}`, `urn:uuid:${id}`, `%7B${id}%7D`]) {
      expect((await show(spelling)).json).toMatchObject({ id });
    }
  });

  it('of a job is seen', async () => {
    const id = await insertRows(api, templates.sms, { jobId: api.ids.uuid() });
    expect((await show(id)).json).toMatchObject({ id });
  });

  it('of another service, or of none, is not found', async () => {
    const other = await aService(api);
    const foreign = await insertRows(api, await aTemplate(api, other.id));
    for (const id of [foreign, api.ids.uuid(), '00000000-0000-0000-0000-000000000000']) {
      const answer = await show(id);
      expect(answer.status).toBe(404);
      expect(answer.json).toEqual(v2Error(404, 'NoResultFound', 'No result found'));
    }
  });

  for (const id of ['sms', 'email', '1', 'x'.repeat(2000), '%20', '%00', '019cd000-0000-7000-8000-00000000000']) {
    it(`is not looked for when its id is ${id.slice(0, 40)}`, async () => {
      const answer = await show(id);
      expect(answer.status).toBe(400);
      expect(answer.json).toEqual(v2Error(400, 'ValidationError', 'notification_id is not a valid UUID'));
    });
  }

  it('answers HEAD as GET, without the body', async () => {
    const id = await insertRows(api, templates.sms);
    const path = `/v2/notifications/${id}`;
    const get = await api.call(path, { key: keys.normal });
    const head = await api.call(path, { key: keys.normal, method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(get.text)));
    expect(await api.call(path, { method: 'HEAD' })).toMatchObject({ status: 401, text: '' });
  });
});
