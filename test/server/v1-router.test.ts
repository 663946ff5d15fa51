import { beforeAll, describe, expect, it } from 'vitest';
import { revokeApiKey } from '../../src/lib/api-keys/revoke-api-key.ts';
import { aService, anApiKey } from '../support/builders.ts';
import { signToken } from '../support/token.ts';
import { methodNotAllowedText, notFoundText, plainError, useApi, type ApiAnswer } from './api.ts';

const api = useApi();
const someId = '019cd000-0000-7000-8000-000000000000';
const missingToken = tokenError('Unauthorized: authentication token must be provided');
let key: string;

beforeAll(async () => {
  key = (await anApiKey(api, (await aService(api)).id)).text;
});

function tokenError(message: string): object {
  return { result: 'error', message: { token: [message] } };
}

function expectPlain(answer: ApiAnswer, status: number, message: string): void {
  expect(answer.json).toEqual(plainError(message));
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
}

describe('authentication', () => {
  const routes: [string, string][] = [
    ['GET', '/notifications'],
    ['GET', `/notifications/${someId}`],
    ['POST', '/notifications/sms'],
    ['POST', '/notifications/email'],
    ['POST', '/notifications/letter'],
    ['OPTIONS', '/notifications'],
    ['OPTIONS', '/notifications/sms'],
  ];
  for (const [method, path] of routes) {
    it(`of ${method} ${path} comes before everything else`, async () => {
      const text = method === 'POST' ? { text: 'no JSON' } : {};
      const answer = await api.call(`${path}?page=0`, { method, ...text });
      expect(answer).toMatchObject({ status: 401, json: missingToken });
    });
  }

  it('refuses as in version 2, with the message under `token`', async () => {
    const { id } = await aService(api);
    const { apiKey, text } = await anApiKey(api, id);
    await anApiKey(api, id);
    await revokeApiKey(api, { apiKeyId: apiKey.id });
    const now = Math.floor(Date.now() / 1000);
    const rows: [string, number, string][] = [
      ['Basic x', 401, 'Unauthorized: authentication bearer scheme must be used'],
      [
        'Bearer x',
        403,
        'Invalid token: make sure your API token matches the example at https://docs.notifications.service.gov.uk/rest-api.html#authorisation-header',
      ],
      [`Bearer ${signToken(`x-${someId}-${someId}`, { issuedAt: now })}`, 403, 'Invalid token: service not found'],
      [`Bearer ${signToken(`x-${id}-${someId}`, { issuedAt: now })}`, 403, 'Invalid token: API key not found'],
      [
        `Bearer ${signToken(key, { issuedAt: now - 60 })}`,
        403,
        'Error: Your system clock must be accurate to within 30 seconds',
      ],
      [`Bearer ${signToken(text, { issuedAt: now })}`, 403, 'Invalid token: API key revoked'],
    ];
    for (const [authorization, status, message] of rows) {
      const answer = await api.call('/notifications', { headers: { authorization } });
      expect(answer).toMatchObject({ status, json: tokenError(message) });
      expect(answer.headers['www-authenticate']).toBeUndefined();
    }
  });
});

describe('a type that cannot be sent', () => {
  const latest = ', please use the latest version of the client';
  const rows: [string, string][] = [
    ['letter', `letter notification type is not supported${latest}`],
    ['foo', 'foo notification type is not supported'],
    ['SMS', 'SMS notification type is not supported'],
    ['Letter', 'Letter notification type is not supported'],
    ['a%20b', 'a b notification type is not supported'],
    [someId, `${someId} notification type is not supported`],
  ];
  for (const [type, message] of rows) {
    it(`(${type}) is refused whatever the body`, async () => {
      for (const call of [{}, { body: {} }, { text: 'no JSON' }, { body: { to: 1 } }]) {
        expectPlain(await api.call(`/notifications/${type}`, { method: 'POST', key, ...call }), 400, message);
      }
    });
  }
});

describe('an unknown path is 404, without a token and with one', () => {
  for (const path of [
    '/notification',
    '/Notifications',
    '/notifications/',
    '/notifications/sms/',
    `/notifications/${someId}/`,
    `/notifications/${someId}/pdf`,
    '/notifications/%zz',
    '//notifications',
  ]) {
    it(path, async () => {
      for (const call of [{}, { key }, { key, method: 'POST', text: 'no JSON' }]) {
        expectPlain(await api.call(path, call), 404, notFoundText);
      }
    });
  }
});

describe('a wrong method is 405 before authentication, whatever the body', () => {
  const rows: [string, string[], string[]][] = [
    ['/notifications', ['POST', 'PUT', 'PATCH', 'DELETE'], ['GET', 'HEAD', 'OPTIONS']],
    ['/notifications/sms', ['PUT', 'PATCH', 'DELETE'], ['GET', 'HEAD', 'OPTIONS', 'POST']],
    [`/notifications/${someId}`, ['PUT', 'PATCH', 'DELETE'], ['GET', 'HEAD', 'OPTIONS', 'POST']],
  ];
  for (const [path, methods, allowed] of rows) {
    for (const method of methods) {
      it(`${method} ${path}`, async () => {
        for (const call of [{}, { key }, { text: 'no JSON' }]) {
          const answer = await api.call(path, { method, ...call });
          expectPlain(answer, 405, methodNotAllowedText);
          expect(answer.headers.allow!.split(', ').sort()).toEqual(allowed);
        }
      });
    }
    it(`OPTIONS ${path} says what is allowed`, async () => {
      const answer = await api.call(path, { method: 'OPTIONS', key, text: 'no JSON' });
      expect(answer).toMatchObject({ status: 200, text: '' });
      expect(answer.headers.allow!.split(', ').sort()).toEqual(allowed);
    });
  }
});
