import { beforeEach, describe, expect, it } from 'vitest';
import { authenticateService } from '../../src/lib/api-keys/authenticate-service.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService, anApiKey } from '../support/builders.ts';
import { signToken } from '../support/token.ts';
import { plainError, v2Error, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';

const api = useInternalApi({ config: { callbackAllowedHosts: ['callbacks.example'] } });
const nothing = plainError('No result found');
const by = systemUserId;
let serviceId: string;

beforeEach(async () => {
  serviceId = (await aService(api)).id;
});

const get = (path: string): Promise<ApiAnswer> => api.internal(`/service/${serviceId}${path}`);
const send = (method: string, path: string, body?: unknown): Promise<ApiAnswer> =>
  api.internal(`/service/${serviceId}${path}`, { method, ...(body !== undefined && { body }) });
const fields = (message: object): object => ({ result: 'error', message });

function expectAnswer(answer: ApiAnswer, status: number, body: unknown): void {
  expect(answer.text === '' ? '' : answer.json).toEqual(body);
  expect(answer.status).toBe(status);
}

describe('the guest list', () => {
  it('is replaced as a whole, under both of its paths', async () => {
    const list = {
      email_addresses: ['a@example.com', 'b@example.com'],
      phone_numbers: ['07900900123', '+1 202 555 0104'],
    };
    expectAnswer(await get('/guest-list'), 200, { email_addresses: [], phone_numbers: [] });
    expectAnswer(await send('PUT', '/guest-list', list), 204, '');
    expectAnswer(await get('/whitelist'), 200, list);
    const shorter = { email_addresses: ['c@example.com'], phone_numbers: [] };
    expectAnswer(await send('PUT', '/whitelist', shorter), 204, '');
    expectAnswer(await get('/guest-list'), 200, shorter);
    const wrong = { email_addresses: ['d@example.com', 'nobody'], phone_numbers: [] };
    const message = 'Invalid guest list: "nobody" is not a valid email address or phone number';
    expectAnswer(await send('PUT', '/guest-list', wrong), 400, plainError(message));
    expectAnswer(await get('/guest-list'), 200, shorter);
  });

  it('needs both lists', async () => {
    const missing = { phone_numbers: ['Missing data for required field.'] };
    expectAnswer(await send('PUT', '/guest-list', { email_addresses: [] }), 400, fields(missing));
    const wrong = { email_addresses: 'x', phone_numbers: [5] };
    const answer = await send('PUT', '/guest-list', wrong);
    expectAnswer(answer, 400, fields({ email_addresses: ['Not a valid list.'], phone_numbers: ['Not a valid list.'] }));
    serviceId = api.ids.uuid();
    expectAnswer(await get('/guest-list'), 404, nothing);
  });
});

describe('API keys', () => {
  const create = (body: object): Promise<ApiAnswer> => send('POST', '/api-key', body);

  it('are made, work, are listed without their secret, and are revoked', async () => {
    const { status, json } = await create({ name: 'My key', created_by: by, key_type: 'normal' });
    expect(status).toBe(201);
    expect(json).toEqual({ data: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const token = signToken(`my_key-${serviceId}-${json.data}`);
    expect((await authenticateService(api, `Bearer ${token}`)).apiKey.name).toBe('My key');

    const { apiKeys } = (await get('/api-keys')).json;
    expect(apiKeys).toEqual([
      {
        id: expect.any(String),
        name: 'My key',
        key_type: 'normal',
        created_by: by,
        created_at: expect.stringMatching(/Z$/),
        updated_at: null,
        expiry_date: null,
        version: 1,
      },
    ]);
    const [{ id }] = apiKeys;
    expectAnswer(await get(`/api-keys/${id}`), 200, { apiKeys });
    expectAnswer(await send('POST', `/api-key/revoke/${id}`, { created_by: by }), 202, '');
    expect((await get('/api-keys')).json.apiKeys).toMatchObject([{ id, version: 2, expiry_date: expect.any(String) }]);
    expectAnswer(await get(`/api-keys/${id}`), 404, plainError(`API key not found for id: ${serviceId}`));
    await expect(authenticateService(api, `Bearer ${token}`)).rejects.toThrow('Invalid token: API key revoked');
    await api.db.query({
      text: `UPDATE api_keys_history SET expiry_date = expiry_date - interval '8 days' WHERE id = $1 AND version = 2`,
      values: [id],
    });
    expect((await get('/api-keys')).json.apiKeys).toEqual([]);
  });

  it('are refused field by field', async () => {
    const missing = ['Missing data for required field.'];
    expectAnswer(await create({}), 400, fields({ name: missing, created_by: missing, key_type: missing }));
    const key = { name: 'Key', created_by: by, key_type: 'normal' };
    expectAnswer(await create({ ...key, key_type: 'live' }), 400, fields({ key_type: ['Invalid key type'] }));
    expectAnswer(await create({ ...key, created_by: api.ids.uuid() }), 404, nothing);
    expect((await create(key)).status).toBe(201);
    expectAnswer(await create(key), 400, fields({ name: ['Duplicate API key name'] }));
  });

  it('of another service are not revoked', async () => {
    const foreign = await anApiKey(api, (await aService(api)).id);
    expectAnswer(await send('POST', `/api-key/revoke/${foreign.apiKey.id}`), 404, nothing);
    const own = await anApiKey(api, serviceId);
    const answer = await send('POST', `/api-key/revoke/${own.apiKey.id}`, { expiry_date: 'x' });
    expectAnswer(answer, 400, fields({ expiry_date: ['Unknown field.'] }));
    expect((await send('POST', `/api-key/revoke/${own.apiKey.id}`)).status).toBe(202);
  });
});

describe('senders', () => {
  it('of emails are added, changed and archived; one is the default', async () => {
    const path = '/email-reply-to';
    const first = { email_address: 'a@example.com', is_default: false };
    const needed = 'You must have at least one reply to email address as the default.';
    expectAnswer(await send('POST', path, first), 400, plainError(needed));
    const added = await send('POST', path, { ...first, is_default: true });
    expectAnswer(added, 201, {
      data: {
        id: expect.any(String),
        service_id: serviceId,
        email_address: 'a@example.com',
        is_default: true,
        archived: false,
        created_at: expect.any(String),
        updated_at: null,
      },
    });
    const again = '‘a@example.com’ is already a reply-to email address for this service.';
    expectAnswer(await send('POST', path, first), 409, plainError(again));
    const { data } = (await send('POST', path, { email_address: 'b@example.com', is_default: true })).json;
    expect((await get(path)).json.map((sender: { email_address: string }) => sender.email_address)).toEqual([
      'b@example.com',
      'a@example.com',
    ]);
    expectAnswer(
      await send('POST', `${path}/${data.id}/archive`),
      400,
      plainError('You cannot delete a default email reply to address'),
    );
    const { id } = added.json.data;
    const changed = await send('POST', `${path}/${id}`, { email_address: 'c@example.com', is_default: false });
    expect([changed.status, changed.json.data.email_address]).toEqual([200, 'c@example.com']);
    expect((await get(`${path}/${id}`)).json).toMatchObject({ id, email_address: 'c@example.com' });
    expect((await send('POST', `${path}/${id}/archive`)).json.data).toMatchObject({ id, archived: true });
    expectAnswer(await get(`${path}/${id}`), 404, nothing);
  });

  it('of texts are answered without an envelope', async () => {
    const answer = await send('POST', '/sms-sender', { sms_sender: 'Parking', is_default: false });
    expect([answer.status, answer.json]).toMatchObject([201, { sms_sender: 'Parking', inbound_number_id: null }]);
    const changed = await send('POST', `/sms-sender/${answer.json.id}`, { sms_sender: 'Roads', is_default: false });
    expect([changed.status, changed.json.sms_sender]).toEqual([200, 'Roads']);
    expect((await send('POST', `/sms-sender/${answer.json.id}/archive`)).json.data.archived).toBe(true);
    expect((await send('POST', '/sms-sender', { sms_sender: 'Longer than eleven', is_default: false })).status).toBe(
      400,
    );
    const [{ id }] = (await get('/sms-sender')).json;
    expectAnswer(
      await send('POST', `/sms-sender/${id}`, { sms_sender: 'GOVUK', is_default: false }),
      400,
      plainError('You must have at least one SMS sender as the default.'),
    );
    expectAnswer(
      await send('POST', `/sms-sender/${id}/archive`),
      400,
      plainError('You cannot delete a default sms sender'),
    );
  });

  it('of letters may all be archived', async () => {
    const { data } = (await send('POST', '/letter-contact', { contact_block: '1 High Street', is_default: true })).json;
    expect(data).toMatchObject({ contact_block: '1 High Street', is_default: true });
    expect((await send('POST', `/letter-contact/${data.id}/archive`)).status).toBe(200);
    expectAnswer(await get('/letter-contact'), 200, []);
  });

  it('have two fields, and are of one service and type', async () => {
    for (const [path, value] of [
      ['/email-reply-to', 'email_address'],
      ['/letter-contact', 'contact_block'],
      ['/sms-sender', 'sms_sender'],
    ] as const) {
      const required = [value, 'is_default'].map((name) => `${name} is a required property`);
      expectAnswer(await send('POST', path, {}), 400, v2Error(400, 'ValidationError', ...required));
    }
    const [{ id }] = (await get('/sms-sender')).json;
    expectAnswer(await get(`/email-reply-to/${id}`), 404, nothing);
    serviceId = (await aService(api)).id;
    for (const rest of ['', '/archive']) {
      const answer = await send('POST', `/sms-sender/${id}${rest}`, { sms_sender: 'Mine', is_default: true });
      expectAnswer(answer, 404, nothing);
    }
  });
});

describe('callbacks', () => {
  const path = '/callback-api';
  const aCallback = { url: 'https://callbacks.example/receipts', bearer_token: 'a-secret-token', updated_by_id: by };
  const create = (more: object = {}): Promise<ApiAnswer> =>
    send('POST', path, { ...aCallback, callback_type: 'delivery_status', ...more });

  it('are made, shown, changed and removed, never with their token', async () => {
    const { status, json } = await create();
    expect(status).toBe(201);
    expect(json).toEqual({
      data: {
        id: expect.any(String),
        service_id: serviceId,
        url: aCallback.url,
        updated_by_id: by,
        created_at: expect.any(String),
        updated_at: null,
      },
    });
    const one = `${path}/${json.data.id}`;
    expectAnswer(await get(`${one}?callback_type=delivery_status`), 200, json);
    const second = { name: ['You can only have one URL and bearer token for your service.'] };
    expectAnswer(await create(), 400, fields(second));
    const url = 'https://callbacks.example/other';
    const changed = await send('POST', one, { url, updated_by_id: by, callback_type: 'delivery_status' });
    expect([changed.status, changed.json.data.url]).toEqual([200, url]);
    expectAnswer(await send('DELETE', `${one}?callback_type=delivery_status`), 204, '');
    expectAnswer(
      await get(`${one}?callback_type=delivery_status`),
      404,
      plainError('Service delivery receipt API not found'),
    );
  });

  it('are refused for what is wrong with them', async () => {
    const rows: [object, string][] = [
      [{ url: 'http://callbacks.elsewhere' }, 'url is not a valid https url'],
      [{ bearer_token: 'short' }, 'bearer_token is too short'],
      [
        { callback_type: 'other' },
        'callback_type other is not one of [delivery_status, inbound_sms, returned_letter, complaint]',
      ],
      [{ callback_type: undefined }, 'callback_type is a required property'],
      [{ updated_by_id: 'x' }, 'updated_by_id is not a valid UUID'],
    ];
    for (const [more, message] of rows) expectAnswer(await create(more), 400, v2Error(400, 'ValidationError', message));
    expectAnswer(await create({ updated_by_id: api.ids.uuid() }), 404, nothing);
  });

  it('that there are not are told by their type', async () => {
    const foreign = (await create()).json.data.id;
    serviceId = (await aService(api)).id;
    const names = {
      inbound_sms: 'Service inbound API not found',
      delivery_status: 'Service delivery receipt API not found',
      returned_letter: 'Service returned letter API not found',
      complaint: 'Service complaint API not found',
    };
    for (const [type, message] of Object.entries(names)) {
      for (const id of [foreign, api.ids.uuid(), 'nonsense']) {
        for (const method of ['GET', 'DELETE']) {
          expectAnswer(await send(method, `${path}/${id}?callback_type=${type}`), 404, plainError(message));
        }
        const answer = await send('POST', `${path}/${id}`, { updated_by_id: by, callback_type: type });
        expectAnswer(answer, 404, plainError(message));
      }
    }
    serviceId = api.ids.uuid();
    expectAnswer(await create(), 404, nothing);
  });
});

describe('data retention', () => {
  const path = '/data-retention';

  it('is set once for a type, and changed', async () => {
    expectAnswer(await get(path), 200, []);
    const answer = await send('POST', path, { notification_type: 'sms', days_of_retention: 3 });
    expectAnswer(answer, 201, {
      result: {
        id: expect.any(String),
        service_id: serviceId,
        service_name: expect.any(String),
        notification_type: 'sms',
        days_of_retention: 3,
        created_at: expect.any(String),
        updated_at: null,
      },
    });
    const { id } = answer.json.result;
    const again = 'Service already has data retention for sms notification type';
    expectAnswer(await send('POST', path, { notification_type: 'sms', days_of_retention: 5 }), 400, plainError(again));
    expectAnswer(await send('POST', `${path}/${id}`, { days_of_retention: 10 }), 204, '');
    expect((await get(`${path}/${id}`)).json).toMatchObject({ id, days_of_retention: 10 });
    expect((await get(`${path}/notification-type/sms`)).json).toMatchObject({ id });
    expectAnswer(await get(`${path}/notification-type/email`), 200, {});
    expect((await get(path)).json).toMatchObject([{ id }]);
  });

  it('is refused for what is wrong with it', async () => {
    for (const [body, message] of [
      [{ notification_type: 'sms', days_of_retention: 0 }, 'days_of_retention 0 is less than the minimum of 1'],
      [{ notification_type: 'fax', days_of_retention: 1 }, 'notification_type fax is not one of [sms, email, letter]'],
      [{ notification_type: 'sms' }, 'days_of_retention is a required property'],
      [{ notification_type: 'sms', days_of_retention: '3' }, 'days_of_retention 3 is not of type integer'],
    ] as const) {
      expectAnswer(await send('POST', path, body), 400, v2Error(400, 'ValidationError', message));
    }
    const id = api.ids.uuid();
    const unknown = `The service data retention for id: ${id} was not found for service: ${serviceId}`;
    expectAnswer(await send('POST', `${path}/${id}`, { days_of_retention: 3 }), 404, plainError(unknown));
    expectAnswer(await get(`${path}/${id}`), 200, {});
  });
});

describe('the paths that callbacks had until 2025', () => {
  const aCallback = { url: 'https://callbacks.example/old', bearer_token: 'a-secret-token', updated_by_id: by };

  it.each([
    ['/delivery-receipt-api', 'delivery_status', 'Service delivery receipt API not found'],
    ['/inbound-api', 'inbound_sms', 'Service inbound API not found'],
  ])('%s is the callback of %s', async (path, type, message) => {
    const { status, json } = await send('POST', path, aCallback);
    expect([status, json.data.url]).toEqual([201, aCallback.url]);
    const one = `${path}/${json.data.id}`;
    expectAnswer(await get(one), 200, json);
    expectAnswer(await get(`/callback-api/${json.data.id}?callback_type=${type}`), 200, json);
    expectAnswer(await send('POST', path, aCallback), 400, {
      result: 'error',
      message: { name: ['You can only have one URL and bearer token for your service.'] },
    });
    const url = 'https://callbacks.example/new';
    expect((await send('POST', one, { url, updated_by_id: by })).json.data).toMatchObject({ id: json.data.id, url });
    const refused = await send('POST', path, {
      ...aCallback,
      url: 'http://callbacks.example',
      updated_by_id: undefined,
    });
    expect(refused.json.errors.map((error: { message: string }) => error.message)).toEqual([
      'url is not a valid https url',
      'updated_by_id is a required property',
    ]);
    expectAnswer(await send('DELETE', one), 204, '');
    expectAnswer(await get(one), 404, plainError(message));
  });
});
