import { beforeAll, describe, expect, it } from 'vitest';
import { saveUser } from '../../src/lib/users/save-user.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';

const api = useInternalApi();
const nothing = plainError('No result found');
let userId: string;
let number = 0;

beforeAll(async () => {
  userId = api.ids.uuid();
  await saveUser(api, { id: userId, name: 'Ann', emailAddress: 'ann@example.com', mobileNumber: null });
});

const post = (path: string, body: object = {}): Promise<ApiAnswer> => api.internal(path, { method: 'POST', body });
const aBody = (more: object = {}): object => ({
  name: `Parking ${(number += 1)}`,
  user_id: userId,
  created_by: userId,
  restricted: true,
  email_message_limit: 11,
  sms_message_limit: 12,
  letter_message_limit: 13,
  ...more,
});
const fields = (message: object): object => ({ result: 'error', message });

function expectAnswer(answer: ApiAnswer, status: number, body: unknown): void {
  expect(answer.text === '' ? '' : answer.json).toEqual(body);
  expect(answer.status).toBe(status);
}

describe('a service', () => {
  it('is made with its first member, and shown', async () => {
    const { status, json } = await post('/service', aBody({ name: 'Created Service!', notes: 'New', volume_sms: 5 }));
    expect(status).toBe(201);
    expect(json.data).toEqual({
      active: true,
      billing_contact_email_addresses: null,
      billing_contact_names: null,
      billing_reference: null,
      confirmed_email_sender_name: null,
      confirmed_unique: false,
      consent_to_research: null,
      contact_link: null,
      count_as_live: true,
      created_by: userId,
      custom_email_sender_name: null,
      email_branding: null,
      email_message_limit: 11,
      email_sender_local_part: 'created.service',
      go_live_at: null,
      go_live_user: null,
      has_active_go_live_request: false,
      id: expect.any(String),
      international_sms_message_limit: expect.any(Number),
      letter_branding: null,
      letter_message_limit: 13,
      name: 'Created Service!',
      notes: 'New',
      organisation: null,
      organisation_type: null,
      permissions: ['email', 'international_letters', 'international_sms', 'letter', 'sms'],
      prefix_sms: false,
      purchase_order_number: null,
      rate_limit: 3000,
      restricted: true,
      service_callback_api: [],
      sms_message_limit: 12,
      volume_email: null,
      volume_letter: null,
      volume_sms: 5,
    });
    expect((await api.internal(`/service/${json.data.id}`)).json).toEqual(json);
    const ofUser = (await api.internal(`/service?user_id=${userId}`)).json.data;
    expect(ofUser.map(({ id }: { id: string }) => id)).toContain(json.data.id);
    expect((await api.internal(`/service?user_id=${systemUserId}`)).json.data).toEqual([]);
  });

  it('is refused field by field, and for a name that is taken', async () => {
    const missing = ['Missing data for required field.'];
    const { status, json } = await post('/service');
    expect([status, json.message]).toEqual([
      400,
      {
        name: missing,
        user_id: missing,
        created_by: missing,
        restricted: missing,
        email_message_limit: missing,
        sms_message_limit: missing,
        letter_message_limit: missing,
      },
    ]);
    expectAnswer(await post('/service', aBody({ user_id: api.ids.uuid() })), 404, nothing);
    expect((await post('/service', aBody({ name: 'service.name' }))).status).toBe(201);
    const taken = { name: ["Duplicate service name 'SERVICE (name)'"] };
    expect((await post('/service', aBody({ name: 'service name' }))).status).toBe(400);
    expectAnswer(
      await post('/service', aBody({ name: 'service.name' })),
      400,
      fields({ name: ["Duplicate service name 'service.name'"] }),
    );
    expectAnswer(await post('/service', aBody({ name: 'SERVICE (name)' })), 400, fields(taken));
  });

  it('may be made with one limit for all types', async () => {
    const none = { email_message_limit: undefined, sms_message_limit: undefined, letter_message_limit: undefined };
    const { json } = await post('/service', aBody({ ...none, message_limit: 77 }));
    expect(json.data).toMatchObject({ email_message_limit: 77, sms_message_limit: 77, letter_message_limit: 77 });
  });

  it('is changed as new versions', async () => {
    const { id } = (await post('/service', aBody())).json.data;
    const changes = {
      permissions: ['sms'],
      sms_message_limit: 500,
      restricted: false,
      email_message_limit: 20,
      letter_message_limit: 30,
    };
    const changed = await post(`/service/${id}`, changes);
    expect([changed.status, changed.json.data]).toMatchObject([200, { ...changes, go_live_at: expect.any(String) }]);
    const details = { billing_reference: 'ABC', organisation_type: 'local', consent_to_research: true };
    expect((await post(`/service/${id}`, details)).json.data).toMatchObject(details);
    expect((await post(`/service/${id}`, details)).json.data).toMatchObject(details);
    const { key } = { key: await anApiKey(api, id, { name: 'Key' }) };
    const { data } = (await api.internal(`/service/${id}/history`)).json;
    expect(data.service_history.map(({ version }: { version: number }) => version)).toEqual([3, 2, 1]);
    expect(data.service_history[0]).toMatchObject({
      id,
      restricted: false,
      sms_message_limit: 500,
      created_by_id: userId,
    });
    expect(data.api_key_history).toMatchObject([{ id: key.apiKey.id, name: 'Key', service_id: id, expiry_date: null }]);
    expect(JSON.stringify(data)).not.toContain('secret');
  });

  it('is changed to nothing that it cannot be', async () => {
    const { id } = await aService(api);
    const rows: [object, object][] = [
      [{ permissions: ['sms', 'fax'] }, { permissions: ["Invalid Service Permission: 'fax'"] }],
      [{ permissions: ['letter', 'letter'] }, { permissions: ["Duplicate Service Permission: ['letter']"] }],
      [{ sms_message_limit: 'many' }, { sms_message_limit: ['Not a valid integer.'] }],
      [{ organisation_type: 'club' }, { organisation_type: ['Invalid organisation type'] }],
    ];
    for (const [body, message] of rows) expectAnswer(await post(`/service/${id}`, body), 400, fields(message));
    expect((await post(`/service/${id}`, { unknown: 'ignored', active: false })).json.data.active).toBe(true);
  });

  it('is archived for good, with its keys and templates', async () => {
    const { id, name } = await aService(api);
    const { apiKey } = await anApiKey(api, id);
    const template = await aTemplate(api, id);
    for (let time = 0; time < 2; time += 1) expectAnswer(await post(`/service/${id}/archive`), 204, '');
    const { data } = (await api.internal(`/service/${id}`)).json;
    expect(data.active).toBe(false);
    expect(data.name).toMatch(new RegExp(`^_archived_\\d{4}-\\d\\d-\\d\\d-\\d\\d:\\d\\d:\\d\\d_${name}$`));
    expect((await api.internal(`/service/${id}/api-keys/${apiKey.id}`)).status).toBe(404);
    expect((await api.internal(`/service/${id}/template/${template.id}`)).json.data.archived).toBe(true);
    const listed = async (query: string): Promise<string[]> =>
      (await api.internal(`/service${query}`)).json.data.map((service: { id: string }) => service.id);
    expect(await listed('')).toContain(id);
    expect(await listed('?only_active=True')).not.toContain(id);
  });

  it('that is unknown or malformed is not there', async () => {
    for (const id of [api.ids.uuid(), 'nonsense']) {
      for (const [method, rest] of [
        ['GET', ''],
        ['POST', ''],
        ['POST', '/archive'],
        ['GET', '/history'],
      ] as const) {
        expectAnswer(await api.internal(`/service/${id}${rest}`, { method }), 404, nothing);
      }
    }
  });
});
