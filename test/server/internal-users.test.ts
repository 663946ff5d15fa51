/** Users and teams over the internal API (admin API sheet §4.4 and §4.16). */
import { beforeEach, describe, expect, it } from 'vitest';
import { grantablePermissions, memberPermissions, systemUserId } from '../../src/lib/users/user.ts';
import { aService } from '../support/builders.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';

const api = useInternalApi();
const unknownId = '019cd000-0000-7000-8000-000000000000';
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string;
let count = 0;
let serviceId: string;
beforeEach(async () => {
  serviceId = (await aService(api)).id;
});

const post = (path: string, body: object = {}): Promise<ApiAnswer> => api.internal(path, { method: 'POST', body });
const anAddress = (): string => `person${(count += 1)}@example.gov.uk`;
const aBody = (changes: object = {}): Record<string, unknown> => ({
  name: 'Ann Lee',
  email_address: anAddress(),
  password: 'not kept',
  mobile_number: '07700900123',
  ...changes,
});

/** A user who is active. */
async function aUser(changes: object = {}): Promise<{ id: string; email_address: string }> {
  const { json } = await post('/user', aBody(changes));
  await post(`/user/${json.data.id}/activate`);
  return json.data;
}

const given = (...names: string[]): object => ({
  permissions: names.map((permission) => ({ permission })),
  folder_permissions: [],
});

describe('a new user', () => {
  it('is pending, and shown as documented', async () => {
    const body = aBody();
    const { status, json } = await post('/user', body);
    expect(status).toBe(201);
    const { id } = json.data;
    expect(json).toEqual({
      data: {
        id,
        name: 'Ann Lee',
        email_address: body['email_address'],
        mobile_number: '07700900123',
        auth_type: 'sms_auth',
        state: 'pending',
        platform_admin: false,
        permissions: {},
        services: [],
        organisations: [],
        organisation_permissions: {},
        created_at: instant,
        logged_in_at: null,
        password_changed_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/),
        email_access_validated_at: instant,
        failed_login_count: 0,
        current_session_id: null,
        can_use_webauthn: false,
        take_part_in_research: true,
        receives_new_features_email: true,
      },
    });
    expect((await api.internal(`/user/${id}`)).json).toEqual(json);
    const { rows } = await api.db.query({ text: 'SELECT password FROM users WHERE id = $1', values: [id] });
    expect(rows).toEqual([{ password: '!' }]);
  });

  it('who signs in by email needs no number', async () => {
    const { status, json } = await post('/user', aBody({ mobile_number: undefined, auth_type: 'email_auth' }));
    expect([status, json.data.mobile_number, json.data.auth_type]).toEqual([201, null, 'email_auth']);
  });

  it.each([
    [{ name: undefined }, { name: ['Missing data for required field.'] }],
    [{ name: ' ' }, { name: ['Invalid name'] }],
    [{ password: undefined }, { password: ['Missing data for required field.'] }],
    [{ email_address: 'ann' }, { email_address: ['Not a valid email address'] }],
    [{ mobile_number: undefined }, { mobile_number: ['Missing data for required field.'] }],
    [{ mobile_number: '077' }, { mobile_number: ['Invalid phone number: Not enough digits'] }],
    [{ auth_type: 'fax_auth' }, { auth_type: ['Invalid auth type'] }],
  ])('is refused with %j', async (changes, message) => {
    const { status, json } = await post('/user', aBody(changes));
    expect([status, json]).toEqual([400, { result: 'error', message }]);
  });

  it('is refused with an address that somebody has, in any case', async () => {
    const { email_address: address } = await aUser();
    const { status, json } = await post('/user', aBody({ email_address: address.toUpperCase() }));
    const message = { email_address: ['Duplicate email address'] };
    expect([status, json]).toEqual([400, { result: 'error', message }]);
  });
});

describe('changing a user', () => {
  it('changes what is given', async () => {
    const { id } = await aUser();
    const changes = {
      name: 'Bo',
      email_address: anAddress(),
      mobile_number: '07700900999',
      auth_type: 'email_auth',
      current_session_id: unknownId,
      email_access_validated_at: '2026-01-05T10:00:00.123456',
      platform_admin: false,
      take_part_in_research: false,
      receives_new_features_email: false,
    };
    const { status, json } = await post(`/user/${id}`, { ...changes, updated_by: systemUserId });
    expect(status).toBe(200);
    expect(json.data).toMatchObject({ ...changes, email_access_validated_at: '2026-01-05T10:00:00.123000Z' });
    const signedOut = await post(`/user/${id}`, { current_session_id: null });
    expect(signedOut.json.data).toEqual({ ...json.data, current_session_id: null });
  });

  it.each([
    [{ fish: 1, state: 'active' }, { _schema: ['Unknown field name fish', 'Unknown field name state'] }],
    [{ platform_admin: true }, { platform_admin: ['Cannot set platform_admin to True'] }],
    [{ email_access_validated_at: 'soon' }, { email_access_validated_at: ['Not a valid datetime.'] }],
    [{ name: '' }, { name: ['Invalid name'] }],
    [{ mobile_number: null }, 'Mobile number must be set if auth_type is set to sms_auth'],
  ])('is refused with %j', async (changes, message) => {
    const { id } = await aUser();
    const { status, json } = await post(`/user/${id}`, changes);
    expect([status, json]).toEqual([400, { result: 'error', message }]);
  });

  it('activates one who is pending, once', async () => {
    const { json } = await post('/user', aBody());
    const active = await post(`/user/${json.data.id}/activate`);
    expect([active.status, active.json]).toEqual([200, { data: { ...json.data, state: 'active' } }]);
    const again = await post(`/user/${json.data.id}/activate`);
    expect([again.status, again.json]).toEqual([400, plainError('User already active')]);
  });
});

it('a user whom there is not is nobody, whatever is asked', async () => {
  for (const id of [unknownId, 'x']) {
    const answers = [
      await api.internal(`/user/${id}`),
      await post(`/user/${id}`, { name: 'Ann' }),
      await post(`/user/${id}/activate`),
      await post(`/user/${id}/archive`),
    ];
    for (const { status, json } of answers) expect([status, json]).toEqual([404, plainError('No result found')]);
  }
});

describe('looking for users', () => {
  it('finds one address in any case, and parts of addresses', async () => {
    const { id, email_address: address } = await aUser();
    const found = await post('/user/email', { email: address.toUpperCase() });
    expect([found.status, found.json.data.id]).toEqual([200, id]);
    const none = await post('/user/email', { email: 'nobody@example.gov.uk' });
    expect([none.status, none.json]).toEqual([404, plainError('No result found')]);
    const malformed = await post('/user/email', { email: 'ann' });
    const message = { email: ['Not a valid email address'] };
    expect([malformed.status, malformed.json]).toEqual([400, { result: 'error', message }]);

    const some = await post('/user/find-users-by-email', { email: address.slice(0, -3).toUpperCase() });
    expect(some.json.data.map((user: { id: string }) => user.id)).toEqual([id]);
    const missing = await post('/user/find-users-by-email');
    expect(missing.json.message).toEqual({ email: ['Missing data for required field.'] });
  });
});

describe('a team', () => {
  it('takes members, with permissions, and lets them go', async () => {
    const [ann, bo] = [await aUser(), await aUser({ name: 'Bo' })];
    const path = `/service/${serviceId}/users`;
    const added = await post(`${path}/${ann.id}`, given(...memberPermissions));
    expect([added.status, added.json.data.id]).toEqual([201, serviceId]);
    const again = await post(`${path}/${ann.id}`, given());
    const already = plainError(`User id: ${ann.id} already part of service id: ${serviceId}`);
    expect([again.status, again.json]).toEqual([400, already]);
    await post(`${path}/${bo.id}`, given('view_activity', 'approve_broadcasts'));
    expect((await api.internal(path)).json.data).toMatchObject([
      { id: ann.id, services: [serviceId], permissions: { [serviceId]: [...memberPermissions].sort() } },
      { id: bo.id, services: [serviceId], permissions: { [serviceId]: ['approve_broadcasts', 'view_activity'] } },
    ]);

    const landing = await api.internal(`/user/${bo.id}/organisations-and-services`);
    const service = { id: serviceId, name: added.json.data.name, restricted: false, organisation: null };
    expect(landing.json).toEqual({ organisations: [], services: [service] });

    const gone = await api.internal(`${path}/${bo.id}`, { method: 'DELETE' });
    expect([gone.status, gone.text]).toEqual([204, '']);
    const twice = await api.internal(`${path}/${bo.id}`, { method: 'DELETE' });
    expect([twice.status, twice.json]).toEqual([404, plainError('User not found')]);
    const last = await api.internal(`${path}/${ann.id}`, { method: 'DELETE' });
    expect([last.status, last.json]).toEqual([400, plainError('User cannot be removed from the service')]);
  });

  it('keeps somebody who manages its settings', async () => {
    const [ann, bo] = [await aUser(), await aUser()];
    await post(`/service/${serviceId}/users/${ann.id}`, given('manage_settings'));
    await post(`/service/${serviceId}/users/${bo.id}`, given('view_activity'));
    const set = (id: string, ...names: string[]): Promise<ApiAnswer> =>
      post(`/user/${id}/service/${serviceId}/permission`, given(...names));
    const refused = await set(ann.id, 'view_activity');
    const message = 'Cannot change user permissions - service would have too few users with manage_settings';
    expect([refused.status, refused.json]).toEqual([400, plainError(message)]);
    const removed = await api.internal(`/service/${serviceId}/users/${ann.id}`, { method: 'DELETE' });
    expect(removed.json).toEqual(plainError('User cannot be removed from the service'));
    const archived = await post(`/user/${ann.id}/archive`);
    const archiving =
      'User can’t be removed from a service - check all services have another team member with manage_settings';
    expect([archived.status, archived.json]).toEqual([400, plainError(archiving)]);

    expect((await set(bo.id, ...grantablePermissions)).status).toBe(204);
    expect((await set(ann.id, 'view_activity')).status).toBe(204);
    const shown = await api.internal(`/user/${ann.id}`);
    expect(shown.json.data.permissions).toEqual({ [serviceId]: ['view_activity'] });
    expect((await post(`/user/${ann.id}/archive`)).status).toBe(204);
    expect((await post(`/user/${ann.id}/archive`)).status).toBe(204);
    expect((await api.internal(`/user/${ann.id}`)).json.data).toMatchObject({
      state: 'inactive',
      services: [],
      permissions: {},
      mobile_number: null,
      auth_type: 'email_auth',
      email_address: expect.stringMatching(/^_archived_.*_person\d+@example.gov.uk$/),
    });
    expect((await post('/user', aBody({ email_address: ann.email_address }))).status).toBe(201);
  });

  it('does not count somebody who is only pending among those who stay', async () => {
    const ann = await aUser();
    const { json: pending } = await post('/user', aBody());
    await post(`/service/${serviceId}/users/${ann.id}`, given('manage_settings'));
    await post(`/service/${serviceId}/users/${pending.data.id}`, given('manage_settings'));
    const path = `/service/${serviceId}/users`;
    expect((await api.internal(`${path}/${ann.id}`, { method: 'DELETE' })).status).toBe(400);
    expect((await api.internal(`${path}/${pending.data.id}`, { method: 'DELETE' })).status).toBe(204);
  });

  it('is refused with a permission that there is not, a body that is none, and for strangers', async () => {
    const { id } = await aUser();
    const unknown = await post(`/service/${serviceId}/users/${id}`, given('fly'));
    expect(unknown.status).toBe(400);
    expect(unknown.json.errors[0]).toMatchObject({
      error: 'ValidationError',
      message: expect.stringMatching(/^permissions 'fly' is no permission of a member/),
    });
    const missing = await post(`/service/${serviceId}/users/${id}`);
    expect(missing.json).toEqual({
      status_code: 400,
      errors: [{ error: 'ValidationError', message: 'permissions is a required property' }],
    });
    for (const path of [`/service/${serviceId}/users/${unknownId}`, `/user/${id}/service/${serviceId}/permission`]) {
      const answer = await post(path, given());
      expect([answer.status, answer.json]).toEqual([404, plainError('No result found')]);
    }
  });
});
