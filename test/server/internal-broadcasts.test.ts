/** Broadcasts in the internal API (broadcasts sheet §11). */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aBroadcastTeam, aDraft, square, type BroadcastTeam } from '../integration/broadcasts.ts';
import { aService } from '../support/builders.ts';
import { plainError, v2Error, type ApiAnswer } from './api.ts';
import { internalToken, useInternalApi } from './internal-api.ts';

const publisher = 'the-publisher';
const api = useInternalApi({
  config: { internalClients: { 'notify-admin': ['the-newer-secret'], 'govuk-alerts': [publisher] } },
});
let team: BroadcastTeam;
let path: string;

beforeAll(async () => {
  team = await aBroadcastTeam(api);
});
beforeEach(() => {
  path = `/service/${team.serviceId}/broadcast-message`;
});

const post = (url: string, body: object): Promise<ApiAnswer> => api.internal(url, { method: 'POST', body });
const free = (): Record<string, unknown> => ({
  service_id: team.serviceId,
  created_by: team.author,
  content: 'Go upstairs.',
  reference: 'flood-7',
});

describe('POST /service/{id}/broadcast-message', () => {
  it('drafts', async () => {
    const areas = { ids: ['river'], simple_polygons: [square] };
    const { status, json } = await post(path, { ...free(), areas, finishes_at: '2026-06-01T20:00:01+01:00' });
    expect(status).toBe(201);
    expect(json).toMatchObject({
      ...{ service_id: team.serviceId, created_by_id: team.author, status: 'draft', cap_event: null },
      ...{ content: 'Go upstairs.', reference: 'flood-7', personalisation: null, areas, starts_at: null },
      finishes_at: '2026-06-01T20:00:01.000000Z',
    });
    expect((await api.internal(`${path}/${json.id}`)).json).toEqual(json);
    expect((await api.internal(path)).json.broadcast_messages).toContainEqual(json);
  });

  it('says everything that is missing', async () => {
    expect((await post(path, {})).json).toEqual(
      v2Error(
        400,
        'ValidationError',
        'service_id is a required property',
        'created_by is a required property',
        '{} is not valid under any of the given schemas',
      ),
    );
  });

  it.each([
    [{ template_id: '019cd000-0000-7000-8000-000000000000' }, 'is valid under each of'],
    [{ reference: undefined }, 'is not valid under any of the given schemas'],
    [{ reference: '' }, 'reference  is too short'],
    [{ reference: 'r'.repeat(256) }, `reference ${'r'.repeat(256)} is too long`],
    [{ content: 'a'.repeat(1396) }, 'Content must be 1,395 characters or fewer'],
    [{ content: 'ŵ'.repeat(616) }, 'Content must be 615 characters or fewer (because it could not be GSM7 encoded)'],
    [{ starts_at: 'soon' }, 'starts_at datetime format is invalid'],
    [{ areas: { simple_polygons: [[[51, 0]]] } }, 'areas polygon has fewer than 4 points'],
    [{ areas: { simple_polygons: 'all' } }, 'areas simple_polygons is not a list'],
    [{ status: 'broadcasting' }, 'Additional properties are not allowed (status was unexpected)'],
  ])('refuses %j', async (changes, message) => {
    const { status, json } = await post(path, { ...free(), ...changes });
    expect(status).toBe(400);
    expect(json.errors).toContainEqual({
      error: 'ValidationError',
      message: expect.stringContaining(message) as string,
    });
  });

  it('does not know other services and users', async () => {
    const unknown = '019cd000-0000-7000-8000-000000000000';
    expect((await post(`/service/${unknown}/broadcast-message`, free())).json).toEqual(plainError('No result found'));
    expect((await post(path, { ...free(), created_by: unknown })).status).toBe(404);
    const { id } = await aDraft(api, team);
    const other = await aBroadcastTeam(api);
    for (const place of ['', '/provider-messages'])
      expect((await api.internal(`/service/${other.serviceId}/broadcast-message/${id}${place}`)).json).toEqual(
        plainError('No result found'),
      );
  });
});

describe('POST /service/{id}/broadcast-message/{id}', () => {
  it('changes a draft; zones are dropped', async () => {
    const { id } = await aDraft(api, team);
    const { status, json } = await post(`${path}/${id}`, {
      starts_at: '2020-06-01 20:00:01',
      finishes_at: '2020-06-01T21:00:01+00:00',
    });
    expect([status, json.starts_at, json.finishes_at]).toEqual([
      200,
      '2020-06-01T20:00:01.000000Z',
      '2020-06-01T21:00:01.000000Z',
    ]);
  });

  it('refuses what is not its own to change', async () => {
    const { id } = await aDraft(api, team);
    expect((await post(`${path}/${id}`, { status: 'draft' })).json).toEqual(
      v2Error(400, 'ValidationError', 'Additional properties are not allowed (status was unexpected)'),
    );
    expect((await post(`${path}/${id}`, { areas: { ids: ['a'] } })).json).toEqual(
      plainError(`Cannot update broadcast_message ${id}, area IDs or polygons are missing.`),
    );
    await api.db.query({ text: `UPDATE broadcast_message SET status = 'completed' WHERE id = $1`, values: [id] });
    const answer = await post(`${path}/${id}`, {});
    expect([answer.status, answer.json]).toEqual([
      400,
      plainError(`Cannot update broadcast_message ${id} while it has status completed`),
    ]);
  });
});

describe('POST /service/{id}/broadcast-message/{id}/status', () => {
  it('leads to a broadcast, and tells what became of it', async () => {
    const { id } = await aDraft(api, team);
    const to = (status: string, created_by: string): Promise<ApiAnswer> =>
      post(`${path}/${id}/status`, { status, created_by });
    expect((await to('pending-approval', team.author)).json).toMatchObject({ id, status: 'pending-approval' });
    const own = await to('broadcasting', team.author);
    expect([own.status, own.json]).toEqual([
      400,
      plainError(`User ${team.author} cannot approve their own broadcast_message ${id}`),
    ]);
    expect((await to('broadcasting', team.approver)).json).toMatchObject({
      status: 'broadcasting',
      approved_by_id: team.approver,
    });
    expect((await to('draft', team.author)).json).toEqual(
      plainError(`Cannot move broadcast_message ${id} from broadcasting to draft`),
    );
    expect((await api.internal(`${path}/${id}/provider-messages`)).json).toMatchObject({
      events: [{ broadcast_message_id: id, message_type: 'alert', provider_messages: [], history: [] }],
    });
    expect((await to('coconut', team.author)).json).toEqual(
      v2Error(
        400,
        'ValidationError',
        'status coconut is not one of [draft, pending-approval, rejected, broadcasting, completed, cancelled, technical-failure]',
      ),
    );
    const iss = { iss: 'govuk-alerts', iat: Math.floor(api.clock.now().getTime() / 1000) };
    const authorization = `Bearer ${internalToken(api.clock.now(), { claims: iss, secret: publisher })}`;
    const { json } = await api.call('/govuk-alerts', { headers: { authorization } });
    expect(json.alerts[0]).toMatchObject({
      id,
      channel: 'severe',
      reference: 'flood-7',
      status: 'broadcasting',
      cancelled_at: null,
    });
    expect((await api.internal('/govuk-alerts')).status).toBe(401);
  });

  it('is closed to archived services', async () => {
    const archived = await aBroadcastTeam(api);
    const { id } = await aDraft(api, archived);
    await api.db.query({ text: 'UPDATE services SET active = false WHERE id = $1', values: [archived.serviceId] });
    const url = `/service/${archived.serviceId}/broadcast-message/${id}/status`;
    const answer = await post(url, { status: 'pending-approval', created_by: archived.author });
    expect([answer.status, answer.json]).toEqual([
      403,
      plainError('Updating broadcast message is not allowed: service is inactive '),
    ]);
  });
});

describe('POST /service/{id}/set-as-broadcast-service', () => {
  it('sets channel, networks and mode', async () => {
    const { id } = await aService(api);
    const url = `/service/${id}/set-as-broadcast-service`;
    expect((await post(url, {})).json).toEqual(
      v2Error(
        400,
        'ValidationError',
        'broadcast_channel is a required property',
        'service_mode is a required property',
        'provider_restriction is a required property',
      ),
    );
    const body = { broadcast_channel: 'severe', service_mode: 'training', provider_restriction: 'all' };
    expect((await post(url, { ...body, broadcast_channel: 'extreme' })).json).toEqual(
      v2Error(400, 'ValidationError', 'broadcast_channel extreme is not one of [test, operator, severe, government]'),
    );
    const { status, json } = await post(url, body);
    expect([status, json.data]).toMatchObject([200, { id, restricted: true, permissions: ['broadcast'] }]);
  });
});
