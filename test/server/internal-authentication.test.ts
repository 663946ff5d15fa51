import { beforeAll, describe, expect, it } from 'vitest';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService, anApiKey } from '../support/builders.ts';
import { signToken } from '../support/token.ts';
import { plainError, useApi, v2Error, type ApiAnswer } from './api.ts';
import { internalSecrets, internalToken, useInternalApi, type TokenParts } from './internal-api.ts';

const api = useInternalApi();
const closed = useApi();
const other = useInternalApi({ config: { internalClients: { 'notify-functional-tests': ['secret'] } } });
let path: string;
let key: string;

beforeAll(async () => {
  const { id } = await aService(api);
  path = `/service/${id}/job`;
  key = (await anApiKey(api, id)).text;
});

const general =
  'Invalid token: make sure your API token matches the example at https://docs.notifications.service.gov.uk/rest-api.html#authorisation-header';
const notAllowed = 'Unauthorized: not allowed to perform this action';
const clockProblem = 'Error: Your system clock must be accurate to within 30 seconds';
const keyNotFound = 'Invalid token: API key not found';

function tokenError(message: string): object {
  return { result: 'error', message: { token: [message] } };
}

const ask = (authorization: string | undefined): Promise<ApiAnswer> =>
  api.call(path, authorization === undefined ? {} : { headers: { authorization } });
const secondsFromNow = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
const admin = (iat: unknown, more: object = {}): TokenParts => ({ claims: { iss: 'notify-admin', iat, ...more } });

describe('a request is refused', () => {
  const headers: [string, string | undefined, number, string][] = [
    ['without a header', undefined, 401, 'Unauthorized: authentication token must be provided'],
    ['with another scheme', 'Basic abc', 401, 'Unauthorized: authentication bearer scheme must be used'],
    ['with what is no token', 'Bearer abc', 403, general],
  ];
  for (const [name, header, status, message] of headers) {
    it(name, async () => {
      const answer = await ask(header);
      expect(answer.json).toEqual(tokenError(message));
      expect(answer.status).toBe(status);
    });
  }

  const tokens: [string, () => TokenParts, number, string][] = [
    ['without iss', () => ({ claims: { iat: secondsFromNow(0) } }), 403, 'Invalid token: iss field not provided'],
    ['of another client', () => ({ claims: { iss: 'notify-functional-tests', iat: 1 } }), 401, notAllowed],
    ['whose iss is no text', () => ({ claims: { iss: 5, iat: 1 } }), 401, notAllowed],
    ['whose iss is a name of objects', () => ({ claims: { iss: 'constructor', iat: 1 } }), 401, notAllowed],
    ['signed otherwise', () => ({ header: { alg: 'HS512' } }), 403, 'Invalid token: algorithm used is not HS256'],
    ['not signed', () => ({ header: { alg: 'none' } }), 403, 'Invalid token: algorithm used is not HS256'],
    ['with another secret', () => ({ secret: 'unknown' }), 403, keyNotFound],
    ['with another secret, and old', () => ({ ...admin(1), secret: 'unknown' }), 403, keyNotFound],
    ['31 seconds old', () => admin(secondsFromNow(-32)), 403, clockProblem],
    ['of the future', () => admin(secondsFromNow(40)), 403, clockProblem],
    ['without iat', () => ({ claims: { iss: 'notify-admin' } }), 403, keyNotFound],
    ['for an audience', () => admin(secondsFromNow(0), { aud: 'somebody' }), 403, general],
  ];
  for (const [name, parts, status, message] of tokens) {
    it(`with a token ${name}`, async () => {
      const answer = await ask(`Bearer ${internalToken(new Date(), parts())}`);
      expect(answer.json).toEqual(tokenError(message));
      expect(answer.status).toBe(status);
    });
  }

  it("with a service's token", async () => {
    const answer = await ask(`Bearer ${signToken(key)}`);
    expect(answer.json).toEqual(tokenError(notAllowed));
    expect(answer.status).toBe(401);
  });

  it('whatever it is, where no client is configured, or another one only', async () => {
    for (const server of [closed, other]) {
      for (const secret of [...internalSecrets, 'secret', '']) {
        const authorization = `Bearer ${internalToken(new Date(), { secret })}`;
        const answer = await server.call(path, { headers: { authorization } });
        expect(answer.json).toEqual(tokenError(notAllowed));
        expect(answer.status).toBe(401);
      }
    }
  });
});

describe('a request is let through', () => {
  it('with each of the secrets, so that they can be changed one after the other', async () => {
    for (const secret of internalSecrets) {
      const { status } = await ask(`Bearer ${internalToken(new Date(), { secret })}`);
      expect(status).toBe(200);
    }
  });

  it('with the scheme in any case, and within thirty seconds', async () => {
    for (const seconds of [-29, 29]) {
      const { status } = await ask(`bEARER ${internalToken(new Date(), admin(secondsFromNow(seconds)))}`);
      expect(status).toBe(200);
    }
  });

  it('whoever acts, which is only written down', async () => {
    for (const user of ['6af522d0-2915-4e52-83a3-3690455a5fe6', 'nobody', '\t']) {
      const { status } = await api.internal(path, { headers: { 'x-notify-user-id': user } });
      expect(status).toBe(200);
    }
  });
});

it('the token of the internal client is none of a service', async () => {
  const answer = await api.internal('/v2/notifications');
  expect(answer.json).toEqual(v2Error(403, 'AuthError', 'Invalid token: service id is not the right data type'));
  expect(answer.status).toBe(403);
});

describe('a body', () => {
  const post = (text: string, type = 'application/json'): Promise<ApiAnswer> =>
    api.internal(path, { method: 'POST', text, headers: { 'content-type': type } });
  const noId = { result: 'error', message: { id: ['Missing data for required field.'] } };

  it('that is no JSON is refused in words of its own', async () => {
    for (const text of ['{', 'NaN', '\u0000', '{"id": }']) {
      const answer = await post(text);
      expect(answer.json).toEqual(plainError('Invalid JSON'));
      expect(answer.status).toBe(400);
    }
  });

  it('is JSON whatever its type says', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'nonsense']) {
      expect((await post('{}', type)).json).toEqual(noId);
    }
  });

  it('that is left out, or false, has no fields', async () => {
    for (const text of ['', 'null', '[]', '0']) expect((await post(text)).json).toEqual(noId);
  });

  it('that is no object is refused', async () => {
    for (const text of ['[1]', '"text"', 'true', '5']) {
      const answer = await post(text);
      expect(answer.json).toEqual({ result: 'error', message: { _schema: ['Invalid input type.'] } });
      expect(answer.status).toBe(400);
    }
  });
});

it('what no column can hold is refused, not an error of the server', async () => {
  for (const query of ['statuses=a%00b', 'contact_list_id=%00', 'limit_days=%00']) {
    expect((await api.internal(`${path}?${query}`)).status).toBe(404);
  }
  const notifications = path.replace('/job', '/notifications');
  for (const to of ['\0', 'a\0b', '\ud800']) {
    const { status } = await api.internal(notifications, { method: 'POST', body: { to } });
    expect(status).toBeLessThan(500);
  }
  const service = path.replace('/job', '');
  for (const body of [
    { rate_limit: 99_999_999_999 },
    { volume_sms: 99_999_999_999 },
    { billing_reference: 'a'.repeat(256) },
    { contact_link: 'a'.repeat(256) },
    { notes: 'a\0b' },
    { name: '\ud800' },
  ]) {
    const { status, json } = await api.internal(service, { method: 'POST', body });
    expect([status, Object.keys(json.message as object)]).toEqual([400, Object.keys(body)]);
  }
  const list = {
    id: api.ids.uuid(),
    original_file_name: 'a.csv',
    row_count: 99_999_999_999,
    template_type: 'sms',
    created_by: systemUserId,
  };
  expect((await api.internal(`${service}/contact-list`, { method: 'POST', body: list })).status).toBe(400);
});
