import { createHmac } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { revokeApiKey } from '../../src/lib/api-keys/revoke-api-key.ts';
import { aService, anApiKey } from '../support/builders.ts';
import { createTestClock } from './test-clock.ts';
import { useApi, v2Error, type ApiAnswer } from './api.ts';

const general =
  'Invalid token: make sure your API token matches the example at https://docs.notifications.service.gov.uk/rest-api.html#authorisation-header';
const badClock = 'Error: Your system clock must be accurate to within 30 seconds';

const start = '2026-03-10T12:00:00.400Z';
const clock = createTestClock(start);
const now = Math.floor(clock.now().getTime() / 1000);
const api = useApi({ clock });

let serviceId: string;
let secret: string;
let key: string;

beforeAll(async () => {
  serviceId = (await aService(api)).id;
  key = (await anApiKey(api, serviceId)).text;
  secret = key.slice(-36);
});

beforeEach(() => clock.set(start));

interface TokenParts {
  readonly header?: unknown;
  readonly payload?: unknown;
  readonly secret?: string;
}

function token(parts: TokenParts = {}): string {
  const { header = { typ: 'JWT', alg: 'HS256' }, payload = { iss: serviceId, iat: now } } = parts;
  const encode = (value: unknown): string =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac('sha256', parts.secret ?? secret)
    .update(signed)
    .digest('base64url')}`;
}

/** A token with these claims beside a good `iss` and `iat`. */
const claims = (changes: object): string => token({ payload: { iss: serviceId, iat: now, ...changes } });

function authorise(authorization?: string): Promise<ApiAnswer> {
  return api.call('/v2/notifications', authorization === undefined ? {} : { headers: { authorization } });
}

function expectRefused(answer: ApiAnswer, status: 401 | 403, message: string): void {
  expect(answer.json).toEqual(v2Error(status, 'AuthError', message));
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  expect(answer.headers).not.toHaveProperty('www-authenticate');
}

describe('a request is taken with', () => {
  const accepted: [string, () => string][] = [
    ['the token of an official client', () => `Bearer ${token()}`],
    ['the scheme in lower case', () => `bearer ${token()}`],
    ['the scheme in upper case', () => `BEARER ${token()}`],
    ['a header without typ', () => `Bearer ${token({ header: { alg: 'HS256' } })}`],
    ['another typ', () => `Bearer ${token({ header: { alg: 'HS256', typ: 5 } })}`],
    ['a kid that is a text', () => `Bearer ${token({ header: { alg: 'HS256', kid: 'mine' } })}`],
    ['the service id in upper case', () => `Bearer ${claims({ iss: serviceId.toUpperCase() })}`],
    ['the service id without hyphens', () => `Bearer ${claims({ iss: serviceId.replaceAll('-', '') })}`],
    ['an iat 30 s ago', () => `Bearer ${claims({ iat: now - 30 })}`],
    ['an iat 30 s ahead', () => `Bearer ${claims({ iat: now + 30 })}`],
    ['an iat with a fraction, cut off', () => `Bearer ${claims({ iat: now + 30.9 })}`],
    ['an iat that is a numeric text', () => `Bearer ${claims({ iat: String(now) })}`],
    ['a nbf 30 s ahead', () => `Bearer ${claims({ nbf: now + 30 })}`],
    ['an exp 30 s past', () => `Bearer ${claims({ exp: now - 30 })}`],
    ['an empty aud', () => `Bearer ${claims({ aud: '' })}`],
    ['sub and jti as texts', () => `Bearer ${claims({ sub: 'me', jti: 'one' })}`],
    ['claims of any other name', () => `Bearer ${claims({ request: ['GET', '/'] })}`],
  ];
  for (const [name, authorization] of accepted) {
    it(name, async () => {
      const answer = await authorise(authorization());
      expect(answer.status, answer.text).toBe(200);
    });
  }

  it('any key of the service, whatever its type and name', async () => {
    for (const keyType of ['normal', 'team', 'test'] as const) {
      const { text } = await anApiKey(api, serviceId, { keyType, name: `Ünusual – name ${keyType}` });
      expect((await authorise(`Bearer ${token({ secret: text.slice(-36) })}`)).status).toBe(200);
    }
  });
});

describe('a request is refused', () => {
  const rows: [number, string, () => string | undefined, 401 | 403, string][] = [
    [1, 'without Authorization', () => undefined, 401, 'Unauthorized: authentication token must be provided'],
    [1, 'with an empty Authorization', () => '', 401, 'Unauthorized: authentication token must be provided'],
    [2, 'for Basic', () => 'Basic YTpi', 401, 'Unauthorized: authentication bearer scheme must be used'],
    [2, 'for a bare token', () => token(), 401, 'Unauthorized: authentication bearer scheme must be used'],
    [2, 'for Bearer alone', () => 'Bearer', 401, 'Unauthorized: authentication bearer scheme must be used'],
    [2, 'for Bearer and a blank', () => 'Bearer ', 401, 'Unauthorized: authentication bearer scheme must be used'],
    [2, 'for Bearer:', () => `Bearer:${token()}`, 401, 'Unauthorized: authentication bearer scheme must be used'],
    [3, 'for what is no token', () => 'Bearer something', 403, general],
    [3, 'for a key instead of a token', () => `Bearer ${key}`, 403, general],
    [3, 'for a payload that is no JSON', () => `Bearer ${token({ payload: 'x' })}`, 403, general],
    [3, 'for a payload that is a list', () => `Bearer ${token({ payload: [serviceId] })}`, 403, general],
    [3, 'for a header that is a text', () => `Bearer ${token({ header: '"HS256"' })}`, 403, general],
    [3, 'for a critical extension', () => `Bearer ${token({ header: { alg: 'HS256', crit: ['x'] } })}`, 403, general],
    [3, 'for a kid that is no text', () => `Bearer ${token({ header: { alg: 'HS256', kid: 7 } })}`, 403, general],
    [3, 'for more than 4 KiB', () => `Bearer ${claims({ pad: 'x'.repeat(4096) })}`, 403, general],
    [3, 'for more than 40 KiB', () => `Bearer ${claims({ pad: 'x'.repeat(30_000) })}`, 403, general],
    [4, 'without iss', () => `Bearer ${claims({ iss: undefined })}`, 403, 'Invalid token: iss field not provided'],
    ...['not a uuid', 5, true, {}, [], ''].map((iss): (typeof rows)[number] => [
      5,
      `for the issuer ${JSON.stringify(iss)}`,
      () => `Bearer ${claims({ iss })}`,
      403,
      'Invalid token: service id is not the right data type',
    ]),
    [
      6,
      'for an unknown service',
      () => `Bearer ${claims({ iss: '019cd000-0000-7000-8000-000000000000' })}`,
      403,
      'Invalid token: service not found',
    ],
    ...(['none', 'HS512', 'RS256', null, undefined, 'hs256'] as const).map((alg): (typeof rows)[number] => [
      9,
      `for the algorithm ${alg}`,
      () => `Bearer ${token({ header: { alg } })}`,
      403,
      'Invalid token: algorithm used is not HS256',
    ]),
    [
      9,
      'for another algorithm before a wrong signature',
      () => `Bearer ${token({ header: { alg: 'none' }, secret: 'wrong' })}`,
      403,
      'Invalid token: algorithm used is not HS256',
    ],
    [
      10,
      'for a wrong secret',
      () => `Bearer ${token({ secret: secret.toUpperCase() })}`,
      403,
      'Invalid token: API key not found',
    ],
    [
      10,
      'without a signature',
      () => `Bearer ${token().replace(/[^.]*$/, '')}`,
      403,
      'Invalid token: API key not found',
    ],
    [
      10,
      'for a wrong secret, whatever the clock says',
      () => `Bearer ${token({ payload: { iss: serviceId, iat: now - 1000 }, secret: 'wrong' })}`,
      403,
      'Invalid token: API key not found',
    ],
    [11, 'for an iat 31 s ago', () => `Bearer ${claims({ iat: now - 31 })}`, 403, badClock],
    [11, 'for an iat 31 s ahead', () => `Bearer ${claims({ iat: now + 31 })}`, 403, badClock],
    [11, 'for an iat in milliseconds', () => `Bearer ${claims({ iat: now * 1000 })}`, 403, badClock],
    [11, 'for an iat that is a text', () => `Bearer ${claims({ iat: 'now' })}`, 403, badClock],
    [11, 'for an iat that is null', () => `Bearer ${claims({ iat: null })}`, 403, badClock],
    [11, 'for an iat that is a list', () => `Bearer ${claims({ iat: [now] })}`, 403, badClock],
    [
      11,
      'for an infinite iat',
      () => `Bearer ${token({ payload: `{"iss":"${serviceId}","iat":1e999}` })}`,
      403,
      badClock,
    ],
    [11, 'for a nbf 31 s ahead', () => `Bearer ${claims({ nbf: now + 31 })}`, 403, badClock],
    [12, 'without iat', () => `Bearer ${claims({ iat: undefined })}`, 403, 'Invalid token: API key not found'],
    [
      12,
      'for an exp that is no number',
      () => `Bearer ${claims({ exp: 'soon' })}`,
      403,
      'Invalid token: API key not found',
    ],
    [13, 'for an exp 31 s past', () => `Bearer ${claims({ exp: now - 31 })}`, 403, general],
    [13, 'for an aud', () => `Bearer ${claims({ aud: 'you' })}`, 403, general],
    [13, 'for a sub that is a number', () => `Bearer ${claims({ sub: 1 })}`, 403, general],
    [13, 'for a jti that is null', () => `Bearer ${claims({ jti: null })}`, 403, general],
  ];
  for (const [row, name, authorization, status, message] of rows) {
    it(`${name} (row ${row})`, async () => {
      expectRefused(await authorise(authorization()), status, message);
    });
  }

  it('for a service without keys (row 7), archived or not and whatever the algorithm', async () => {
    const service = await aService(api);
    const bare = { payload: { iss: service.id, iat: now }, header: { alg: 'none' } };
    expectRefused(await authorise(`Bearer ${token(bare)}`), 403, 'Invalid token: service has no API keys');
    await archive(service.id);
    expectRefused(await authorise(`Bearer ${token(bare)}`), 403, 'Invalid token: service has no API keys');
  });

  it('for an archived service (row 8), before its algorithm and its signature', async () => {
    const service = await aService(api);
    await anApiKey(api, service.id);
    await archive(service.id);
    const wrong = token({ payload: { iss: service.id }, header: { alg: 'none' }, secret: 'wrong' });
    expectRefused(await authorise(`Bearer ${wrong}`), 403, 'Invalid token: service is archived');
  });

  it('for the key of another service', async () => {
    const other = await anApiKey(api, (await aService(api)).id);
    const foreign = token({ secret: other.text.slice(-36) });
    expectRefused(await authorise(`Bearer ${foreign}`), 403, 'Invalid token: API key not found');
  });

  async function archive(id: string): Promise<void> {
    await api.db.query({ text: 'UPDATE services SET active = false WHERE id = $1', values: [id] });
  }
});

describe('a revoked key', () => {
  interface Revoked {
    readonly serviceId: string;
    readonly secret: string;
  }

  async function revokedAt(instant: string, { other }: { other: boolean }): Promise<Revoked> {
    clock.set('2026-03-01T00:00:00Z');
    const service = await aService(api);
    const { apiKey, text } = await anApiKey(api, service.id);
    if (other) await anApiKey(api, service.id);
    clock.set(instant);
    await revokeApiKey(api, { apiKeyId: apiKey.id });
    return { serviceId: service.id, secret: text.slice(-36) };
  }

  async function authoriseAt(instant: string, revoked: Revoked, age = 0): Promise<ApiAnswer> {
    clock.set(instant);
    const iat = Math.floor(clock.now().getTime() / 1000) - age;
    return authorise(`Bearer ${token({ payload: { iss: revoked.serviceId, iat }, secret: revoked.secret })}`);
  }

  it('is known as revoked until seven days after the midnight before its revocation (row 14)', async () => {
    const revoked = await revokedAt('2026-03-10T15:00:00Z', { other: true });
    for (const instant of ['2026-03-10T15:00:00Z', '2026-03-13T09:00:00Z', '2026-03-16T23:59:59.999Z']) {
      expectRefused(await authoriseAt(instant, revoked), 403, 'Invalid token: API key revoked');
    }
  });

  it('is judged by the clock first (row 11)', async () => {
    const revoked = await revokedAt('2026-03-10T15:00:00Z', { other: true });
    expectRefused(await authoriseAt('2026-03-11T00:00:00Z', revoked, 31), 403, badClock);
  });

  it('is not found any more from then on (row 10)', async () => {
    const revoked = await revokedAt('2026-03-10T15:00:00Z', { other: true });
    for (const instant of ['2026-03-17T00:00:00Z', '2026-04-01T12:00:00Z']) {
      expectRefused(await authoriseAt(instant, revoked), 403, 'Invalid token: API key not found');
    }
  });

  it('leaves a service without keys when it was the only one (row 7)', async () => {
    const revoked = await revokedAt('2026-03-10T00:00:00Z', { other: false });
    expectRefused(await authoriseAt('2026-03-16T12:00:00Z', revoked), 403, 'Invalid token: API key revoked');
    expectRefused(await authoriseAt('2026-03-17T00:00:00Z', revoked), 403, 'Invalid token: service has no API keys');
  });

  it('does not hinder the other keys of the service', async () => {
    const { serviceId: id } = await revokedAt('2026-03-10T15:00:00Z', { other: true });
    const { text } = await anApiKey(api, id);
    expect((await authoriseAt('2026-03-10T16:00:00Z', { serviceId: id, secret: text.slice(-36) })).status).toBe(200);
  });
});
