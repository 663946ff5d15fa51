/** `POST /v2/broadcast` (broadcasts sheet §11). */
import { beforeAll, describe, expect, it } from 'vitest';
import { moveBroadcast } from '../../src/lib/broadcasts/move-broadcast.ts';
import { showBroadcastById } from '../../src/lib/broadcasts/show-broadcast.ts';
import { aBroadcastTeam, aUser, type BroadcastTeam } from '../integration/broadcasts.ts';
import { aService, anApiKey } from '../support/builders.ts';
import { useApi, v2Error, type ApiAnswer } from './api.ts';

const api = useApi();
let team: BroadcastTeam;
let key: string;

beforeAll(async () => {
  team = await aBroadcastTeam(api);
  key = (await anApiKey(api, team.serviceId)).text;
});

const ring = '53.10569,0.24453 53.2,0.3 53.2,0.2 53.10569,0.24453';

interface Cap {
  readonly identifier?: string;
  readonly msgType?: string;
  readonly references?: string;
  readonly description?: string;
  readonly areaDesc?: string;
  readonly polygon?: string;
}

function cap({
  identifier = 'flood-1',
  msgType = 'Alert',
  references,
  description = 'Go upstairs. ',
  areaDesc = 'River Steeping',
  polygon = ring,
}: Cap = {}): string {
  const info = `<info><category>Met</category><event>053/055 Issue Severe Flood Warning EA</event><urgency>Immediate</urgency>
    <severity>Severe</severity><certainty>Likely</certainty><description>${description}</description>
    <area><areaDesc>${areaDesc}</areaDesc><polygon>${polygon}</polygon></area></info>`;
  return `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>${identifier}</identifier>
    <sender>www.example.gov.uk/floods</sender><sent>2026-03-10T12:00:00-00:00</sent><status>Actual</status>
    <msgType>${msgType}</msgType><scope>Public</scope>${references === undefined ? '' : `<references>${references}</references>`}
    ${msgType === 'Cancel' ? '' : info}</alert>`;
}

function post(
  text: string,
  { with: by = key, type = 'application/cap+xml' }: { with?: string; type?: string | null } = {},
): Promise<ApiAnswer> {
  const headers = type === null ? {} : { 'content-type': type };
  return api.call('/v2/broadcast', { method: 'POST', key: by, text, headers });
}

const badRequest = (message: string): object => v2Error(400, 'BadRequestError', message);

describe('an alert', () => {
  it('becomes a broadcast that waits for approval', async () => {
    const answer = await post(cap({ identifier: '50385fcb0ab7aa447bbd46d848ce8466E' }));
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({
      id: expect.any(String) as string,
      reference: '50385fcb0ab7aa447bbd46d848ce8466E',
      cap_event: '053/055 Issue Severe Flood Warning EA',
      service_id: team.serviceId,
      template_id: null,
      template_version: null,
      template_name: null,
      personalisation: null,
      content: 'Go upstairs. ',
      areas: {
        names: ['River Steeping'],
        simple_polygons: [
          [
            [53.10569, 0.24453],
            [53.2, 0.3],
            [53.2, 0.2],
            [53.10569, 0.24453],
          ],
        ],
      },
      status: 'pending-approval',
      starts_at: null,
      finishes_at: null,
      created_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/) as string,
      approved_at: null,
      cancelled_at: null,
      updated_at: null,
      created_by_id: null,
      approved_by_id: null,
      cancelled_by_id: null,
    });
    // Nobody of the team made it: anybody of the team may approve it.
    const moved = await moveBroadcast(api, {
      serviceId: team.serviceId,
      id: answer.json.id,
      status: 'broadcasting',
      userId: team.author,
    });
    expect(moved.event).not.toBeNull();
  });

  it('of a service in training mode, or with a test key, is never really sent', async () => {
    const training = await aBroadcastTeam(api, { live: false });
    const trainingKey = (await anApiKey(api, training.serviceId)).text;
    const testKey = (await anApiKey(api, team.serviceId, { keyType: 'test' })).text;
    for (const by of [trainingKey, testKey]) {
      const { json } = await post(cap(), { with: by });
      expect(await showBroadcastById(api, json.id as string)).toMatchObject({ stubbed: true });
    }
  });
});

describe('what is refused', () => {
  it('a service without the permission, before anything else', async () => {
    const other = (await anApiKey(api, (await aService(api)).id)).text;
    const answer = await post('nonsense', { with: other, type: null });
    expect(answer.json).toEqual(badRequest('Service is not allowed to send broadcast messages'));
  });

  it('a team key', async () => {
    const teamKey = (await anApiKey(api, team.serviceId, { keyType: 'team' })).text;
    expect((await post(cap(), { with: teamKey })).json).toEqual(
      v2Error(403, 'AuthError', 'Cannot send broadcasts with a team API key'),
    );
  });

  it.each([
    ['application/json', 'application/json'],
    ['application/cap+xml; charset=utf-8', 'application/cap+xml; charset=utf-8'],
    [null, 'None'],
  ])('the content type %s', async (type, shown) => {
    const answer = await post(cap(), { type });
    expect(answer.json).toEqual(v2Error(415, 'BadRequestError', `Content type ${shown} not supported`));
  });

  it.each([
    [
      'no namespace',
      '<alert/>',
      "Request data is not valid CAP XML: Element 'alert': No matching global declaration available for the validation root., line 1",
    ],
    ['no field of it', cap().replace('<scope>Public</scope>', ''), 'Request data is not valid CAP XML: Element '],
    ['no XML', 'nonsense', 'Request data is not valid CAP XML: '],
    ['nothing', '', 'Request data is not valid CAP XML: '],
  ])('a document with %s', async (_, text, message) => {
    const { status, json } = await post(text);
    expect(status).toBe(400);
    expect(json.errors).toMatchObject([
      { error: 'BadRequestError', message: expect.stringContaining(message) as string },
    ]);
  });

  it.each([
    ['another type', { msgType: 'Update' }, 'msgType Update is not one of [Alert, Cancel]'],
    ['a name of blanks', { areaDesc: ' ' }, 'areas   does not match ([a-zA-Z1-9]+ )*[a-zA-Z1-9]+'],
    ['a ring that is open', { polygon: '53,0 53.1,0 53.1,0.1 53,0.1' }, 'areas polygon is not closed'],
    [
      'a ring of two points',
      { polygon: '51.41723,0.27094 51.41723,0.2569' },
      'areas [[51.41723, 0.27094], [51.41723, 0.2569]] is not valid under any of the given schemas',
    ],
    ['too long a text', { description: 'a'.repeat(1396) }, 'description must be 1,395 characters or fewer'],
    [
      'too long a text in Welsh',
      { description: 'ŵ'.repeat(616) },
      'description must be 615 characters or fewer (because it could not be GSM7 encoded)',
    ],
    ['too long an identifier', { identifier: 'x'.repeat(256) }, `reference ${'x'.repeat(255)}… is too long`],
  ] satisfies [string, Cap, string][])('an alert with %s', async (_, fields, message) => {
    const { json } = await post(cap(fields));
    expect((json.errors as { message: string }[]).map(({ message: words }) => words)).toContain(message);
    expect(json).toMatchObject({ status_code: 400, errors: [{ error: 'ValidationError' }] });
  });

  it('more polygons than networks take', async () => {
    const text = cap().replace(`<polygon>${ring}</polygon>`, `<polygon>${ring}</polygon>`.repeat(1001));
    expect((await post(text)).json).toEqual(badRequest('Too many polygons (1001); the maximum is 1000'));
  });

  it('nothing that it does not know', async () => {
    expect((await api.call('/v2/broadcast', { key })).status).toBe(405);
    const options = await api.call('/v2/broadcast', { method: 'OPTIONS', key });
    expect([options.status, options.headers['allow'], options.text]).toEqual([200, 'OPTIONS, POST', '']);
  });
});

describe('a cancellation', () => {
  const cancel = (references: string, by = key): Promise<ApiAnswer> =>
    post(cap({ identifier: 'cancel-1', msgType: 'Cancel', references }), { with: by });
  const referenceTo = (identifier: string): string =>
    `www.example.gov.uk/floods,${identifier},2026-03-10T12:00:00-00:00`;

  it('takes back what waits for approval, once', async () => {
    const { json } = await post(cap({ identifier: 'waiting' }));
    const answer = await cancel(referenceTo('waiting'));
    expect(answer.status).toBe(201);
    expect(answer.json).toMatchObject({ id: json.id, status: 'rejected', cancelled_at: null });
    expect((await cancel(referenceTo('waiting'))).json).toEqual(v2Error(404, 'NoResultFound', 'No result found'));
  });

  it('cancels what is broadcast, and names its key', async () => {
    const { json } = await post(cap({ identifier: 'live' }));
    const id = json.id as string;
    await moveBroadcast(api, { serviceId: team.serviceId, id, status: 'broadcasting', userId: team.approver });
    const testKey = (await anApiKey(api, team.serviceId, { keyType: 'test' })).text;
    expect((await cancel(referenceTo('live'), testKey)).json).toEqual(
      v2Error(403, 'AuthError', 'Cannot cancel a live broadcast with a test API key'),
    );
    const answer = await cancel(referenceTo('live'));
    expect(answer.json).toMatchObject({ id, status: 'cancelled', cancelled_by_id: null });
    expect(await showBroadcastById(api, id)).toMatchObject({ cancelledByApiKeyId: expect.any(String) as string });
    const { rows } = await api.db.query({
      text: 'SELECT message_type FROM broadcast_event WHERE broadcast_message_id = $1 ORDER BY sent_at',
      values: [id],
    });
    expect(rows).toEqual([{ message_type: 'alert' }, { message_type: 'cancel' }]);
  });

  it('has to be clear', async () => {
    expect((await post(cap({ msgType: 'Cancel' }))).json).toEqual(badRequest('Missing <references>'));
    for (let time = 0; time < 2; time += 1) await post(cap({ identifier: 'twice' }));
    expect((await cancel(referenceTo('twice'))).json).toEqual(
      badRequest('Multiple alerts found - unclear which one to cancel'),
    );
  });

  it('does not reach another service', async () => {
    const other = await aBroadcastTeam(api);
    await aUser(api, other.serviceId);
    await post(cap({ identifier: 'mine' }));
    const otherKey = (await anApiKey(api, other.serviceId)).text;
    expect((await cancel(referenceTo('mine'), otherKey)).status).toBe(404);
  });
});
