/** Organisations over the internal API (admin API sheet §4.14), and what services and users have of them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { showAllowance } from '../../src/lib/billing/show-allowance.ts';
import { createUser } from '../../src/lib/users/create-user.ts';
import { aService } from '../support/builders.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';

const api = useInternalApi();
const unknownId = '019cd000-0000-7000-8000-000000000000';
let count = 0;

const get = (path: string): Promise<ApiAnswer> => api.internal(path);
const post = (path: string, body: object = {}): Promise<ApiAnswer> => api.internal(path, { method: 'POST', body });
const aName = (): string => `Organisation ${(count += 1)}`;
const aBody = (changes: object = {}): object => ({
  name: aName(),
  crown: false,
  organisation_type: 'local',
  ...changes,
});
const refusal = (...messages: string[]): object => ({
  status_code: 400,
  errors: messages.map((message) => ({ error: 'ValidationError', message })),
});

async function anOrganisation(changes: object = {}): Promise<{ id: string; name: string }> {
  const { status, json } = await post('/organisations', aBody(changes));
  expect(status).toBe(201);
  return json;
}

async function aUser(emailAddress = `person${(count += 1)}@example.com`): Promise<string> {
  return (await createUser(api, { name: 'Ann', emailAddress, mobileNumber: null })).id;
}

let serviceId: string;
beforeEach(async () => {
  serviceId = (await aService(api)).id;
});

describe('a new organisation', () => {
  it('is shown as documented', async () => {
    const body = aBody({ domains: ['Council.example', 'b.council.example'], notes: 'A note', crown: null });
    const { status, json } = await post('/organisations', body);
    expect([status, json]).toEqual([
      201,
      {
        ...body,
        id: json.id,
        active: true,
        domains: ['b.council.example', 'council.example'],
        count_of_live_services: 0,
        email_branding_id: null,
        letter_branding_id: null,
        agreement_signed: null,
        agreement_signed_at: null,
        agreement_signed_by_id: null,
        agreement_signed_on_behalf_of_name: null,
        agreement_signed_on_behalf_of_email_address: null,
        agreement_signed_version: null,
        billing_contact_email_addresses: null,
        billing_contact_names: null,
        billing_reference: null,
        purchase_order_number: null,
        request_to_go_live_notes: null,
      },
    ]);
    expect(await get(`/organisations/${json.id}`)).toMatchObject({ status: 200, json });
    const { id, name } = json;
    expect((await get('/organisations')).json).toContainEqual({
      ...{ id, name, active: true, organisation_type: 'local', count_of_live_services: 0 },
      domains: ['b.council.example', 'council.example'],
    });
  });

  it.each([
    [{ name: undefined }, ['name is a required property']],
    [
      { crown: undefined, organisation_type: undefined },
      ['crown is a required property', 'organisation_type is a required property'],
    ],
    [{ crown: 'yes' }, ['crown yes is not of type boolean, null']],
    [{ name: ' ' }, ['name   is not a name: expected 1 to 255 characters']],
    [{ domains: ['a b'] }, ['domains a b is not a domain: expected one such as example.gov.uk']],
    [{ domains: [7] }, ['domains 7 is not of type string']],
    [{ agreement_signed_at: 'soon' }, ['agreement_signed_at soon is not a time']],
    [{ agreement_signed_by_id: 'x' }, ['agreement_signed_by_id is not a valid UUID']],
    [
      { organisation_type: 'club' },
      [
        'organisation_type club is not one of [central, local, nhs_central, nhs_local, nhs_gp, nhs_notify, emergency_service, school_or_college, other]',
      ],
    ],
  ])('is refused with %j', async (changes, messages) => {
    const { status, json } = await post('/organisations', aBody(changes));
    // The API deletes apostrophes only where a schema speaks.
    expect([status, JSON.stringify(json).replaceAll("'", '')]).toEqual([400, JSON.stringify(refusal(...messages))]);
  });

  it('has a name and domains of its own', async () => {
    const { name } = await anOrganisation({ domains: ['taken.example'] });
    const sameName = await post('/organisations', aBody({ name }));
    expect([sameName.status, sameName.json]).toEqual([400, plainError('Organisation name already exists')]);
    const other = aBody({ domains: ['TAKEN.example'] }) as { name: string };
    const sameDomain = await post('/organisations', other);
    expect([sameDomain.status, sameDomain.json]).toEqual([400, plainError('Domain already exists')]);
    expect(((await get('/organisations')).json as { name: string }[]).map((each) => each.name)).not.toContain(
      other.name,
    );
  });
});

describe('changing an organisation', () => {
  it('changes what is given, and what it signed', async () => {
    const { id, name } = await anOrganisation({ domains: ['old.example'] });
    const signedBy = await aUser();
    const changes = {
      domains: ['new.example', 'old.example'],
      agreement_signed: true,
      agreement_signed_at: '2026-01-05T10:00:00.000000Z',
      agreement_signed_by_id: signedBy,
      agreement_signed_version: 3.1,
      billing_reference: 'ABC',
    };
    const { status } = await post(`/organisations/${id}`, changes);
    expect(status).toBe(204);
    expect((await get(`/organisations/${id}`)).json).toMatchObject({ name, ...changes });
    await post(`/organisations/${id}`, { agreement_signed_at: null, domains: [] });
    expect((await get(`/organisations/${id}`)).json).toMatchObject({ agreement_signed_at: null, domains: [] });
  });

  it('is refused for one that there is not, and for what others have', async () => {
    const { id } = await anOrganisation();
    const { name } = await anOrganisation({ domains: ['others.example'] });
    const unknown = await post(`/organisations/${unknownId}`, { name: 'New' });
    expect([unknown.status, unknown.json]).toEqual([404, plainError('Organisation not found')]);
    for (const [changes, message] of [
      [{ name }, 'Organisation name already exists'],
      [{ domains: ['others.example'] }, 'Domain already exists'],
    ] as const) {
      const { status, json } = await post(`/organisations/${id}`, changes);
      expect([status, json]).toEqual([400, plainError(message)]);
    }
    for (const path of [unknownId, 'nonsense', `${unknownId}/services`, `${unknownId}/users`]) {
      const { status, json } = await get(`/organisations/${path}`);
      expect([status, json]).toEqual([404, plainError('No result found')]);
    }
  });

  it('archives it once no service of it is active, and frees its name and domains', async () => {
    const { id, name } = await anOrganisation({ domains: ['gone.example'] });
    await post(`/organisations/${id}/service`, { service_id: serviceId });
    const refused = await post(`/organisations/${id}/archive`);
    const message = 'Cannot archive an organisation with active services';
    expect([refused.status, refused.json]).toEqual([400, plainError(message)]);
    await post(`/service/${serviceId}/archive`);
    for (const _ of [1, 2]) expect((await post(`/organisations/${id}/archive`)).status).toBe(204);
    const { json } = await get(`/organisations/${id}`);
    expect(json).toMatchObject({ active: false, domains: [] });
    expect(json.name).toMatch(/^_archived_.*_Organisation \d+$/);
    await anOrganisation({ name, domains: ['gone.example'] });
  });
});

describe('by domain', () => {
  it('finds whoever has the longest part of it', async () => {
    const outer = await anOrganisation({ domains: ['wide.example'] });
    const inner = await anOrganisation({ domains: ['narrow.wide.example'] });
    for (const [domain, id] of [
      ['wide.example', outer.id],
      ['x.wide.example', outer.id],
      ['NARROW.wide.example', inner.id],
      ['a.b.narrow.wide.example', inner.id],
    ]) {
      expect((await get(`/organisations/by-domain?domain=${domain!}`)).json).toMatchObject({ id });
    }
  });

  it('refuses what is none, and finds nobody for a domain that only ends alike', async () => {
    await anOrganisation({ domains: ['alike.example'] });
    for (const query of ['', '?domain=', '?domain=a@alike.example']) {
      expect((await get(`/organisations/by-domain${query}`)).status).toBe(400);
    }
    const { status, json } = await get('/organisations/by-domain?domain=notalike.example');
    expect([status, json]).toEqual([404, plainError('No result found')]);
  });
});

describe('a service of an organisation', () => {
  it('has its type, crown and allowance, as a new version, once', async () => {
    const { id } = await anOrganisation({ organisation_type: 'nhs_gp', crown: true });
    const { limit: before } = await showAllowance(api, { serviceId });
    const path = `/organisations/${id}/service`;
    for (const _ of [1, 2]) expect((await post(path, { service_id: serviceId })).status).toBe(204);
    const { data } = (await get(`/service/${serviceId}`)).json;
    expect(data).toMatchObject({ organisation: id, organisation_type: 'nhs_gp' });
    const { rows } = await api.db.query({
      text: 'SELECT version, organisation_id, crown FROM services_history WHERE id = $1 ORDER BY version',
      values: [serviceId],
    });
    expect(rows).toEqual([
      { version: 1, organisation_id: null, crown: null },
      { version: 2, organisation_id: id, crown: true },
    ]);
    const { limit: after } = await showAllowance(api, { serviceId });
    expect([after, after === before]).toEqual([0, false]);
    expect((await get(`/organisations/${id}/services`)).json).toEqual([
      { id: serviceId, name: data.name, active: true, restricted: false },
    ]);
    expect((await get(`/service/${serviceId}/organisation`)).json).toMatchObject({ id, count_of_live_services: 1 });
  });

  it('follows when its organisation changes', async () => {
    const { id } = await anOrganisation({ organisation_type: 'local', crown: false });
    await post(`/organisations/${id}/service`, { service_id: serviceId });
    await post(`/organisations/${id}`, { organisation_type: 'nhs_central', crown: true });
    expect((await get(`/service/${serviceId}`)).json.data).toMatchObject({ organisation_type: 'nhs_central' });
    const { rows } = await api.db.query({
      text: 'SELECT crown, version FROM services WHERE id = $1',
      values: [serviceId],
    });
    expect(rows).toEqual([{ crown: true, version: 3 }]);
    await post(`/organisations/${id}`, { notes: 'Nothing for services' });
    expect(
      (await api.db.query({ text: 'SELECT version FROM services WHERE id = $1', values: [serviceId] })).rows,
    ).toEqual([{ version: 3 }]);
  });

  it('is none when one of them is unknown or archived, or nothing is said', async () => {
    const { id } = await anOrganisation();
    expect((await get(`/service/${serviceId}/organisation`)).json).toEqual({});
    const nobody = await post(`/organisations/${id}/service`, { service_id: unknownId });
    expect([nobody.status, nobody.json]).toEqual([404, plainError('No result found')]);
    expect((await post(`/organisations/${unknownId}/service`, { service_id: serviceId })).status).toBe(404);
    const silent = await post(`/organisations/${id}/service`);
    expect([silent.status, silent.json]).toEqual([400, refusal('service_id is a required property')]);
    await post(`/organisations/${id}/archive`);
    const archived = await post(`/organisations/${id}/service`, { service_id: serviceId });
    expect(archived.status).toBe(400);
    expect(archived.json.message).toMatch(/is archived$/);
  });

  it('is one from the start when whoever makes it has an address of its domain', async () => {
    const { id } = await anOrganisation({
      organisation_type: 'nhs_central',
      crown: true,
      domains: ['hospital.example'],
    });
    const mine = await aUser('ann@sub.hospital.example');
    const limits = { email_message_limit: 1, sms_message_limit: 1, letter_message_limit: 1 };
    const body = { user_id: mine, created_by: mine, restricted: true, organisation_type: 'local', ...limits };
    const { json } = await post('/service', { ...body, name: aName() });
    expect(json.data).toMatchObject({ organisation: id, organisation_type: 'nhs_central' });
    const other = await aUser();
    const outside = { ...body, user_id: other, created_by: other, organisation_type: 'nhs_central' };
    const { json: free } = await post('/service', { ...outside, name: aName() });
    expect(free.data).toMatchObject({ organisation: null, organisation_type: 'nhs_central' });
    const { rows } = await api.db.query({ text: 'SELECT crown FROM services WHERE id = $1', values: [free.data.id] });
    expect(rows).toEqual([{ crown: true }]);
  });
});

describe('users of an organisation', () => {
  it('come and go, and see it when they sign in', async () => {
    const { id, name } = await anOrganisation();
    await post(`/organisations/${id}/service`, { service_id: serviceId });
    const userId = await aUser();
    const path = `/organisations/${id}/users/${userId}`;
    for (const _ of [1, 2]) {
      const { status, json } = await post(path);
      expect([status, json.data.organisations]).toEqual([200, [id]]);
    }
    const { data } = (await get(`/organisations/${id}/users`)).json as { data: { id: string }[] };
    expect(data.map((user) => user.id)).toEqual([userId]);
    expect((await get(`/user/${userId}/organisations-and-services`)).json).toEqual({
      organisations: [{ id, name, count_of_live_services: 1 }],
      services: [],
    });
    expect((await api.internal(path, { method: 'DELETE' })).status).toBe(204);
    const again = await api.internal(path, { method: 'DELETE' });
    expect([again.status, again.json]).toEqual([404, plainError('User not found')]);
    expect((await post(`/organisations/${id}/users/${unknownId}`)).status).toBe(404);
    await post(path);
    await post(`/user/${userId}/archive`);
    expect((await get(`/organisations/${id}/users`)).json).toEqual({ data: [] });
  });
});
