import { beforeAll, describe, expect, it } from 'vitest';
import { aService, anApiKey } from '../support/builders.ts';
import { methodNotAllowedText, notFoundText, plainError, useApi, v2Error, type ApiAnswer } from './api.ts';

const api = useApi();
const someId = '019cd000-0000-7000-8000-000000000000';
const missingToken = v2Error(401, 'AuthError', 'Unauthorized: authentication token must be provided');
let key: string;

beforeAll(async () => {
  key = (await anApiKey(api, (await aService(api)).id)).text;
});

function expectPlain(answer: ApiAnswer, status: number, message: string): void {
  expect(answer.json).toEqual(plainError(message));
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
}

describe('an unknown path is 404, without a token and with one', () => {
  for (const path of [
    '/v1',
    '/v2',
    '/v2/',
    '/v2/notification',
    '/V2/notifications',
    '/v2/notifications/',
    '/v2/notifications/sms/',
    `/v2/notifications/${someId}/`,
    `/v2/notifications/${someId}/letter`,
    `//v2/notifications`,
    '/v2//notifications',
    '/_status/',
    '/favicon.ico',
    '/%zz',
    '/v2/notifications/%zz/x',
  ]) {
    it(path, async () => {
      expectPlain(await api.call(path), 404, notFoundText);
      expectPlain(await api.call(path, { key }), 404, notFoundText);
      expectPlain(await api.call(path, { method: 'POST', key, text: 'no JSON' }), 404, notFoundText);
    });
  }

  it('for HEAD without a body', async () => {
    expect(await api.call('/nowhere', { method: 'HEAD' })).toMatchObject({ status: 404, text: '' });
  });
});

describe('a known path with a wrong method is 405 before authentication, whatever the body', () => {
  const rows: [string, string[], string[]][] = [
    ['/v2/notifications', ['POST', 'PUT', 'PATCH', 'DELETE'], ['GET', 'HEAD', 'OPTIONS']],
    ['/v2/notifications/sms', ['PUT', 'PATCH', 'DELETE'], ['GET', 'HEAD', 'OPTIONS', 'POST']],
    ['/v2/notifications/email', ['PUT', 'PATCH', 'DELETE'], ['GET', 'HEAD', 'OPTIONS', 'POST']],
    [`/v2/notifications/${someId}`, ['PUT', 'PATCH', 'DELETE'], ['GET', 'HEAD', 'OPTIONS', 'POST']],
    ['/_status', ['PUT', 'PATCH', 'DELETE'], ['GET', 'HEAD', 'OPTIONS', 'POST']],
    ['/', ['POST', 'PUT', 'PATCH', 'DELETE'], ['GET', 'HEAD', 'OPTIONS']],
  ];
  for (const [path, methods, allowed] of rows) {
    for (const method of methods) {
      it(`${method} ${path}`, async () => {
        const json = { 'content-type': 'application/json' };
        for (const call of [{}, { key }, { body: {} }, { text: 'no JSON' }, { text: '', headers: json }]) {
          const answer = await api.call(path, { method, ...call });
          expectPlain(answer, 405, methodNotAllowedText);
          expect(answer.headers.allow!.split(', ').sort()).toEqual(allowed);
        }
      });
    }
  }
});

describe('OPTIONS', () => {
  const paths: [string, string[]][] = [
    ['/v2/notifications', ['GET', 'HEAD', 'OPTIONS']],
    ['/v2/notifications/sms', ['GET', 'HEAD', 'OPTIONS', 'POST']],
    [`/v2/notifications/${someId}`, ['GET', 'HEAD', 'OPTIONS', 'POST']],
  ];
  for (const [path, allowed] of paths) {
    it(`of ${path} demands a token, also of a browser that asks first`, async () => {
      const preflight = { origin: 'https://www.example.com', 'access-control-request-method': 'POST' };
      const answer = await api.call(path, { method: 'OPTIONS', headers: preflight });
      expect(answer.status).toBe(401);
      expect(answer.json).toEqual(missingToken);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-allow-headers': 'Content-Type,Authorization',
        'access-control-allow-methods': 'GET,PUT,POST,DELETE',
      });
    });

    it(`of ${path} says with a token what is allowed, whatever the body`, async () => {
      const json = { 'content-type': 'application/json' };
      for (const call of [{}, { text: '', headers: json }, { text: 'no JSON', headers: json }]) {
        const answer = await api.call(path, { method: 'OPTIONS', key, ...call });
        expect(answer).toMatchObject({ status: 200, text: '' });
        expect(answer.headers.allow!.split(', ').sort()).toEqual(allowed);
      }
    });
  }

  it('of the status needs no token', async () => {
    const answer = await api.call('/_status', { method: 'OPTIONS' });
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers.allow!.split(', ').sort()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST']);
  });
});

describe('a POST of an unknown type of message', () => {
  for (const type of ['foo', 'SMS', someId, 'sms%20']) {
    it(`(${type}) is authenticated first, then not found`, async () => {
      const path = `/v2/notifications/${type}`;
      const refused = await api.call(path, { method: 'POST', body: {} });
      expect(refused).toMatchObject({ status: 401, json: missingToken });
      for (const call of [{}, { body: {} }, { body: { template_id: someId } }]) {
        expectPlain(await api.call(path, { method: 'POST', key, ...call }), 404, notFoundText);
      }
    });
  }
});

describe('a request that authentication refuses', () => {
  for (const path of ['/v2/notifications/sms', '/v2/notifications/email']) {
    it(`is refused before its body is looked at (${path})`, async () => {
      for (const text of ['', 'no JSON', '[1]', `"${'x'.repeat(11 * 1024 * 1024)}"`]) {
        const answer = await api.call(path, { method: 'POST', text, headers: { connection: 'close' } });
        expect(answer).toMatchObject({ status: 401, json: missingToken });
      }
    });
  }

  it('is refused before its id and its query are looked at', async () => {
    for (const path of ['/v2/notifications/nonsense', '/v2/notifications?status=nonsense&page=1']) {
      expect(await api.call(path)).toMatchObject({ status: 401, json: missingToken });
    }
  });
});
