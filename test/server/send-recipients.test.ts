import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useApi, v2Error, type ApiAnswer } from './api.ts';

const api = useApi();
const teamOnly = 'Can’t send to this recipient using a team-only API key';
const trialMode =
  'Can’t send to this recipient when service is in trial mode – see https://www.notifications.service.gov.uk/trial-mode';

interface TestService {
  readonly keys: Record<KeyType, string>;
  readonly sms: string;
  readonly email: string;
}

const guests = ['07900 900 111', 'Guest@Example.com', '+33 6 12 34 56 78', '07700900222'];
let live: TestService;
let trial: TestService;

beforeAll(async () => {
  live = await makeService(true);
  trial = await makeService(false);
});

async function makeService(isLive: boolean): Promise<TestService> {
  const { id } = await aService(api, { live: isLive, guestList: guests });
  await addTeamMember(id, 'team.member@example.com', '+447513332413');
  await addTeamMember(id, 'no.phone@example.com', null);
  const keys = {} as Record<KeyType, string>;
  for (const keyType of keyTypes) keys[keyType] = (await anApiKey(api, id, { keyType })).text;
  const sms = (await aTemplate(api, id, { content: 'Hello' })).id;
  const email = (await aTemplate(api, id, { templateType: 'email', subject: 'Hi', content: 'Hello' })).id;
  return { keys, sms, email };
}

async function addTeamMember(serviceId: string, email: string, mobile: string | null): Promise<void> {
  const { rows } = await api.db.query<{ id: string }>({
    text: `INSERT INTO users (id, name, email_address, password, mobile_number, password_changed_at, state, auth_type,
             email_access_validated_at, created_at)
           VALUES ($1, 'Member', $2, '!', $3, now(), 'active', 'email_auth', now(), now())
           ON CONFLICT (email_address) DO UPDATE SET name = 'Member' RETURNING id`,
    values: [api.ids.uuid(), email, mobile],
  });
  const values = [rows[0]!.id, serviceId];
  await api.db.query({ text: 'INSERT INTO user_to_service (user_id, service_id) VALUES ($1, $2)', values });
}

function send(service: TestService, keyType: KeyType, to: string): Promise<ApiAnswer> {
  const [type, recipient] = to.includes('@')
    ? (['email', 'email_address'] as const)
    : (['sms', 'phone_number'] as const);
  return api.call(`/v2/notifications/${type}`, {
    method: 'POST',
    key: service.keys[keyType],
    body: { [recipient]: to, template_id: service[type] },
  });
}

async function countStored(): Promise<{ rows: number; jobs: number }> {
  const { rows } = await api.db.query<{ count: number }>('SELECT count(*)::int AS count FROM notifications');
  return { rows: rows[0]!.count, jobs: (await storedJobs(api.db)).length };
}

const recipients = {
  'team member': [
    '07513332413',
    '(07513) 332413',
    '+44 7513 332413',
    'TEAM.Member@example.COM',
    'no.phone@example.com',
  ],
  guest: ['07900900111', '+447900900111', ' guest@example.com ', '0033612345678', '+33612345678'],
  stranger: ['07900900112', 'stranger@example.com'],
  simulated: [
    '07700900000',
    '+44 7700 900 111',
    'simulate-delivered@notifications.service.gov.uk',
    'Simulate-Delivered-2@notifications.service.gov.uk',
    'simulate-delivered-3@notifications.service.gov.uk',
  ],
} as const;

type Answer = 'stored' | 'not stored' | typeof teamOnly | typeof trialMode;

// Test keys, team keys and normal keys of live and trial services (public API sheet §5).
const matrix: [KeyType, 'live' | 'trial', Record<keyof typeof recipients, Answer>][] = [
  ['test', 'live', { 'team member': 'stored', guest: 'stored', stranger: 'stored', simulated: 'not stored' }],
  ['test', 'trial', { 'team member': 'stored', guest: 'stored', stranger: 'stored', simulated: 'not stored' }],
  ['team', 'live', { 'team member': 'stored', guest: 'stored', stranger: teamOnly, simulated: teamOnly }],
  ['team', 'trial', { 'team member': 'stored', guest: 'stored', stranger: teamOnly, simulated: teamOnly }],
  ['normal', 'live', { 'team member': 'stored', guest: 'stored', stranger: 'stored', simulated: 'not stored' }],
  ['normal', 'trial', { 'team member': 'stored', guest: 'stored', stranger: trialMode, simulated: trialMode }],
];

for (const [keyType, mode, row] of matrix) {
  describe(`a ${keyType} key of a ${mode} service`, () => {
    for (const [who, expected] of Object.entries(row) as [keyof typeof recipients, Answer][]) {
      it(`and a ${who}: ${expected}`, async () => {
        for (const to of recipients[who]) {
          const before = await countStored();
          const answer = await send(mode === 'live' ? live : trial, keyType, to);
          const after = await countStored();
          const added = { rows: after.rows - before.rows, jobs: after.jobs - before.jobs };
          if (expected === 'stored' || expected === 'not stored') {
            expect(answer.status, `${to}: ${answer.text}`).toBe(201);
          } else {
            expect(answer.status).toBe(400);
            expect(answer.json).toEqual(v2Error(400, 'BadRequestError', expected));
          }
          expect(added, to).toEqual(expected === 'stored' ? { rows: 1, jobs: 1 } : { rows: 0, jobs: 0 });
        }
      });
    }
  });
}

describe('a simulated recipient', () => {
  for (const to of recipients.simulated) {
    it(`(${to}) is answered like any other, but is not found afterwards`, async () => {
      const key = live.keys.normal;
      const answer = await send(live, 'normal', to);
      const { id } = answer.json as { id: string };
      expect(Object.keys(answer.json as object).sort()).toEqual([
        'content',
        'id',
        'reference',
        ...(to.includes('@') ? ['sanitised_content'] : []),
        'scheduled_for',
        'template',
        'uri',
      ]);
      const again = await send(live, 'normal', to);
      expect((again.json as { id: string }).id).not.toBe(id);
      const shown = await api.call(`/v2/notifications/${id}`, { key });
      expect(shown.status).toBe(404);
      expect(shown.json).toEqual(v2Error(404, 'NoResultFound', 'No result found'));
    });
  }

  it('goes through all the checks', async () => {
    const service = await aService(api, { permissions: ['sms'] });
    const template = await aTemplate(api, service.id);
    const key = (await anApiKey(api, service.id)).text;
    const body = { phone_number: '07700900000', template_id: template.id };
    const answer = await api.call('/v2/notifications/sms', { method: 'POST', key, body });
    expect(answer.json).toEqual(v2Error(400, 'BadRequestError', 'Missing personalisation: name'));
  });

  it('is reached by a team key, and still not stored, when it is a guest', async () => {
    const before = await countStored();
    expect((await send(live, 'team', '+447700900222')).status).toBe(201);
    expect(await countStored()).toEqual(before);
  });

  it('is not any number that looks like it', async () => {
    for (const to of ['07700900001', '07700900333', 'simulate-delivered-4@notifications.service.gov.uk']) {
      const before = await countStored();
      expect((await send(live, 'normal', to)).status).toBe(201);
      expect((await countStored()).rows).toBe(before.rows + 1);
    }
  });
});

describe('a team member', () => {
  it('who was made inactive is a stranger', async () => {
    const { id } = await aService(api);
    await addTeamMember(id, 'gone@example.com', '07900900999');
    await api.db.query(`UPDATE users SET state = 'inactive' WHERE email_address = 'gone@example.com'`);
    const key = (await anApiKey(api, id, { keyType: 'team' })).text;
    const template = await aTemplate(api, id, { content: 'Hello' });
    const body = { phone_number: '07900900999', template_id: template.id };
    const answer = await api.call('/v2/notifications/sms', { method: 'POST', key, body });
    expect(answer.json).toEqual(v2Error(400, 'BadRequestError', teamOnly));
  });

  it('of another service is a stranger', async () => {
    const { id } = await aService(api);
    const key = (await anApiKey(api, id, { keyType: 'team' })).text;
    const template = await aTemplate(api, id, { content: 'Hello' });
    const body = { phone_number: '07513332413', template_id: template.id };
    const answer = await api.call('/v2/notifications/sms', { method: 'POST', key, body });
    expect(answer.json).toEqual(v2Error(400, 'BadRequestError', teamOnly));
  });
});
