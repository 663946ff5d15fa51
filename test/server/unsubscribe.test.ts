import { beforeAll, describe, expect, it } from 'vitest';
import { parseSecretKeys } from '../../src/lib/config/secret-keys.ts';
import { createSecretBox } from '../../src/lib/core/secret-box.ts';
import { createUnsubscribeToken } from '../../src/lib/notifications/unsubscribe-token.ts';
import type { EmailMessage } from '../../src/lib/providers/provider.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { useFakeEmailProvider, type FakeProvider } from '../integration/delivery.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { waitFor } from '../support/wait.ts';
import { methodNotAllowedText, notFoundText, plainError, useApi, type ApiAnswer, type ApiRequest } from './api.ts';
import { insertRows } from './notification-rows.ts';
import { createTestClock } from './test-clock.ts';

const start = '2026-03-10T12:00:00.120Z';
const clock = createTestClock(start);
const api = useApi({ clock, supervise: true });
const address = 'Someone@example.com';
const done = { result: 'success', message: 'Unsubscribe successful' };
const notValid = { result: 'error', message: { 'unsubscribe request': 'This is not a valid unsubscribe link.' } };
const unknown = {
  result: 'error',
  message: { 'unsubscribe request': 'This unsubscribe link is invalid or expired.' },
};

let serviceId: string;
let key: string;
let template: Template;
let plainTemplate: Template;

beforeAll(async () => {
  serviceId = (await aService(api)).id;
  key = (await anApiKey(api, serviceId)).text;
  const email = { templateType: 'email', content: 'Hello', subject: 'Hello' } as const;
  template = await aTemplate(api, serviceId, { ...email, hasUnsubscribeLink: true });
  plainTemplate = await aTemplate(api, serviceId, email);
});

const anEmail = (of: Template = template): Promise<string> => insertRows(api, of, { to: address });
const post = (path: string, request: ApiRequest = {}): Promise<ApiAnswer> =>
  api.call(path, { method: 'POST', ...request });
const token = (): string => createUnsubscribeToken(api, address);

/** The path of the link that the API shows of an email. */
async function linkOf(id: string): Promise<string> {
  const { json } = await api.call(`/v2/notifications/${id}`, { key });
  const url = json.one_click_unsubscribe_url as string;
  expect(url.startsWith(`${api.url}/unsubscribe/${id}/`)).toBe(true);
  return url.slice(api.url.length);
}

async function requestsOf(notificationId: string): Promise<Record<string, unknown>[]> {
  const { rows } = await api.db.query({
    text: `SELECT notification_id, template_id, template_version, service_id, email_address, created_at,
      unsubscribe_request_report_id FROM unsubscribe_request WHERE notification_id = $1 ORDER BY created_at, id`,
    values: [notificationId],
  });
  return rows;
}

async function expectRefused(answer: ApiAnswer, body: object): Promise<void> {
  expect(answer.status).toBe(404);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  expect(answer.json).toEqual(body);
}

describe('the link of a notification', () => {
  it('is there when its template has one, and unsubscribes', async () => {
    const id = await anEmail();
    const answer = await post(await linkOf(id));
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual(done);
    expect(await requestsOf(id)).toEqual([
      {
        notification_id: id,
        template_id: template.id,
        template_version: 1,
        service_id: serviceId,
        email_address: address,
        created_at: new Date(start),
        unsubscribe_request_report_id: null,
      },
    ]);
  });

  it('is the same kind in the list', async () => {
    const service = await aService(api);
    const { text } = await anApiKey(api, service.id);
    const email = { templateType: 'email', content: 'Hello', hasUnsubscribeLink: true } as const;
    const id = await insertRows(api, await aTemplate(api, service.id, email), { to: address });
    const { json } = await api.call('/v2/notifications', { key: text });
    const { pathname } = new URL(json.notifications[0].one_click_unsubscribe_url as string);
    expect((await post(pathname)).json).toEqual(done);
    expect(await requestsOf(id)).toHaveLength(1);
  });

  it('is the caller’s own when it sent one, and none without either', async () => {
    const own = await insertRows(api, template, { to: address, unsubscribeLink: 'https://example.com/u' });
    const none = await anEmail(plainTemplate);
    const urlOf = async (id: string): Promise<unknown> =>
      (await api.call(`/v2/notifications/${id}`, { key })).json.one_click_unsubscribe_url;
    expect(await urlOf(own)).toBe('https://example.com/u');
    expect(await urlOf(none)).toBeNull();
  });

  it('does not tell the address', async () => {
    const path = await linkOf(await anEmail());
    expect(path).toMatch(/^\/unsubscribe\/[0-9a-f-]{36}\/[A-Za-z0-9._-]+$/);
    const secret = Buffer.from(path.split('.').at(-1)!, 'base64url').toString('latin1');
    expect(`${path} ${secret}`.toLowerCase()).not.toContain('someone');
  });

  it('is made for the configured public URL, if there is one', async () => {
    const { publicUrl } = api.config;
    Object.assign(api.config, { publicUrl: 'https://api.example.com' });
    try {
      const { json } = await api.call(`/v2/notifications/${await anEmail()}`, { key });
      expect(json.one_click_unsubscribe_url).toMatch(/^https:\/\/api\.example\.com\/unsubscribe\//);
    } finally {
      Object.assign(api.config, { publicUrl });
    }
  });
});

describe('the link in an email', () => {
  let provider: FakeProvider<EmailMessage>;
  beforeAll(async () => {
    provider = await useFakeEmailProvider(api);
    await api.runWorkers(['send-email']);
  });

  it.each([
    ['/v2/notifications/email', { email_address: address }],
    ['/notifications/email', { to: address }],
  ])('that was sent with POST %s goes to the host of that request, and unsubscribes', async (path, recipient) => {
    const templateName = path.startsWith('/v2') ? 'template_id' : 'template';
    const body = { ...recipient, [templateName]: template.id };
    const answer = await post(path, { key, body, headers: { host: 'notify.example:8080' } });
    expect(answer.status, answer.text).toBe(201);
    const id = (answer.json.id ?? answer.json.data.notification.id) as string;
    const message = await waitFor(() => provider.messages.find(({ notificationId }) => notificationId === id), {
      what: 'the email to be sent',
    });
    const { origin, pathname } = new URL(message.unsubscribeUrl!);
    expect(origin).toBe('http://notify.example:8080');
    expect(message.text).toContain(`Unsubscribe from these emails: ${origin}/unsubscribe/${id}/`);
    expect((await post(pathname, { text: 'List-Unsubscribe=One-Click' })).json).toEqual(done);
    expect(await requestsOf(id)).toHaveLength(1);
  });
});

describe('unsubscribing again', () => {
  it('is answered alike and stored once, also at the same time', async () => {
    const id = await anEmail();
    const path = `/unsubscribe/${id}/${token()}`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(path)));
    for (const { status, json } of [...answers, await post(path), await post(await linkOf(id))]) {
      expect({ status, json }).toEqual({ status: 200, json: done });
    }
    expect(await requestsOf(id)).toHaveLength(1);
  });

  it('is a new request once the service has processed the report of the first', async () => {
    const id = await anEmail();
    const path = `/unsubscribe/${id}/${token()}`;
    await post(path);
    const reportId = api.ids.uuid();
    await api.db.query({
      text: `WITH report AS (INSERT INTO unsubscribe_request_report
          (id, service_id, count, earliest_timestamp, latest_timestamp, created_at) VALUES ($1, $2, 1, $4, $4, $4) RETURNING id)
        UPDATE unsubscribe_request SET unsubscribe_request_report_id = report.id FROM report WHERE notification_id = $3`,
      values: [reportId, serviceId, id, clock.now()],
    });
    expect((await post(path)).json).toEqual(done);
    expect(await requestsOf(id)).toHaveLength(1);

    await api.db.query({
      text: 'UPDATE unsubscribe_request_report SET processed_by_service_at = $2 WHERE id = $1',
      values: [reportId, clock.now()],
    });
    for (let times = 0; times < 2; times += 1) expect((await post(path)).json).toEqual(done);
    const reports = (await requestsOf(id)).map(({ unsubscribe_request_report_id: report }) => report);
    expect(reports.toSorted()).toEqual([reportId, null]);
  });

  it('is another request for another email', async () => {
    const ids = [await anEmail(), await anEmail()];
    for (const id of ids) expect((await post(`/unsubscribe/${id}/${token()}`)).json).toEqual(done);
    for (const id of ids) expect(await requestsOf(id)).toHaveLength(1);
  });
});

describe('an email of which only the history is left', () => {
  it('is found, with the address that the token proves', async () => {
    const id = await anEmail();
    await api.db.query({
      text: `WITH gone AS (DELETE FROM notifications WHERE id = $1 RETURNING *)
        INSERT INTO notification_history (id, service_id, template_id, template_version, key_type, notification_type,
          created_at, billable_units, international, notification_status)
        SELECT id, service_id, template_id, template_version, key_type, notification_type, created_at, billable_units,
          international, notification_status FROM gone`,
      values: [id],
    });
    expect((await post(`/unsubscribe/${id}/${token()}`)).json).toEqual(done);
    expect(await requestsOf(id)).toMatchObject([
      { email_address: address, template_id: template.id, template_version: 1, service_id: serviceId },
    ]);
  });
});

describe('a token', () => {
  it('is valid for 365 days', async () => {
    const id = await anEmail();
    clock.set(start);
    const path = `/unsubscribe/${id}/${token()}`;
    const day = 24 * 60 * 60 * 1000;
    try {
      clock.advance(365 * day + 1);
      await expectRefused(await post(path), notValid);
      clock.advance(-1);
      expect((await post(path)).json).toEqual(done);
    } finally {
      clock.set(start);
    }
  });

  it('must be ours, unchanged, and for the recipient of the email', async () => {
    const id = await anEmail();
    const good = token();
    const stranger = createSecretBox(parseSecretKeys(`test1:${Buffer.alloc(32, 77).toString('base64')}`));
    const bad = [
      'x',
      '%20',
      'v1.test1.',
      `${good}A`,
      good.slice(0, -1),
      good.replace('test1', 'none'),
      createUnsubscribeToken({ ...api, secretBox: stranger }, address),
      createUnsubscribeToken(api, 'someone.else@example.com'),
      api.secretBox.seal(JSON.stringify([clock.now().getTime(), address]), 'api_keys.secret'),
      'x'.repeat(5000),
    ];
    for (const text of bad) await expectRefused(await post(`/unsubscribe/${id}/${text}`), notValid);
    expect(await requestsOf(id)).toEqual([]);
  });

  it('works as long as its key is configured', async () => {
    const id = await anEmail();
    const newKey = `new1:${Buffer.alloc(32, 9).toString('base64')}`;
    const rotated = createSecretBox(parseSecretKeys(`${newKey},${testSecretKeys}`));
    const path = `/unsubscribe/${id}/${token()}`;
    const { secretBox } = api;
    const box = { ...secretBox };
    Object.assign(secretBox, rotated);
    try {
      expect((await post(path)).json).toEqual(done);
    } finally {
      Object.assign(secretBox, box);
    }
  });
});

describe('an unknown email', () => {
  it('is refused, whatever else has that id', async () => {
    const sms = await insertRows(api, await aTemplate(api, serviceId), { to: address });
    for (const id of [api.ids.uuid(), template.id, sms]) {
      await expectRefused(await post(`/unsubscribe/${id}/${token()}`), unknown);
      await expectRefused(await post(`/unsubscribe/${id}/x`), notValid);
    }
  });

  it('is no path of ours when its id is none', async () => {
    for (const path of [
      `/unsubscribe/x/${token()}`,
      `/unsubscribe/${template.id}`,
      '/unsubscribe',
      '/unsubscribe//x',
    ]) {
      await expectRefused(await post(path), plainError(notFoundText));
    }
  });
});

describe('the request', () => {
  it('needs no token of its own, and its body is not looked at', async () => {
    const requests: ApiRequest[] = [
      { headers: { authorization: 'Bearer nonsense', 'content-type': 'application/json' }, text: '{' },
      { body: { a: 1 } },
      { text: 'List-Unsubscribe=One-Click', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ];
    for (const request of requests) {
      expect((await post(`/unsubscribe/${await anEmail()}/${token()}`, request)).json).toEqual(done);
    }
  });

  it('must be a POST: mail programs that only look at links unsubscribe nobody', async () => {
    const id = await anEmail();
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await api.call(`/unsubscribe/${id}/${token()}`, { method });
      expect(answer.status).toBe(405);
      expect(answer.json).toEqual(plainError(methodNotAllowedText));
      expect(answer.headers.allow?.split(', ').sort()).toEqual(['OPTIONS', 'POST']);
    }
    expect(await requestsOf(id)).toEqual([]);
  });
});
