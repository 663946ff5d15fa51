import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/lib/config/schema.ts';
import { AppError } from '../../src/lib/core/errors.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { startTestServer, type TestServer } from '../support/test-app.ts';
import { callApi, plainError, useApi, v2Error, type ApiAnswer, type ApiRequest } from './api.ts';

const api = useApi();
const servers: TestServer[] = [];
let key: string;
let template: Template;

beforeAll(async () => {
  const { id } = await aService(api);
  key = (await anApiKey(api, id)).text;
  template = await aTemplate(api, id, { content: 'Hello' });
});

afterAll(async () => {
  for (const server of servers) await server.close();
});

/** The same app, served differently. */
async function serve(changes: { config?: Partial<Config>; db?: typeof api.db }): Promise<string> {
  const server = await startTestServer({
    ...api,
    db: changes.db ?? api.db,
    config: { ...api.config, ...changes.config },
  });
  servers.push(server);
  return server.url;
}

const unknownId = '019cd000-0000-7000-8000-000000000000';
const sms = (): ApiRequest => ({
  method: 'POST',
  key,
  body: { phone_number: '07900900123', template_id: template.id },
});

describe('every answer has the headers', () => {
  const requests: [string, () => Promise<ApiAnswer>, number][] = [
    ['of a message', () => api.call('/v2/notifications/sms', sms()), 201],
    ['of a list', () => api.call('/v2/notifications', { key }), 200],
    ['of HEAD', () => api.call('/v2/notifications', { key, method: 'HEAD' }), 200],
    ['of OPTIONS', () => api.call('/v2/notifications', { key, method: 'OPTIONS' }), 200],
    ['of the status', () => api.call('/_status'), 200],
    ['of the front page', () => api.call('/'), 200],
    ['of a missing token', () => api.call('/v2/notifications'), 401],
    ['of a wrong token', () => api.call('/v2/notifications', { headers: { authorization: 'Bearer x' } }), 403],
    ['of no JSON', () => api.call('/v2/notifications/sms', { method: 'POST', key, text: '{' }), 400],
    ['of a problem with the schema', () => api.call('/v2/notifications/sms', { method: 'POST', key, body: {} }), 400],
    ['of a missing row', () => api.call(`/v2/notifications/${unknownId}`, { key }), 404],
    ['of an unknown path', () => api.call('/nowhere'), 404],
    ['of a path that cannot be decoded', () => api.call('/%ff'), 404],
    ['of a wrong method', () => api.call('/v2/notifications', { method: 'DELETE' }), 405],
    ['of a failure', async () => callApi(await serve({ db: brokenDatabase() }), '/v2/notifications', { key }), 500],
  ];
  for (const [name, request, status] of requests) {
    it(name, async () => {
      const { headers, status: answered } = await request();
      expect(answered).toBe(status);
      expect(headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-allow-headers': 'Content-Type,Authorization',
        'access-control-allow-methods': 'GET,PUT,POST,DELETE',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'x-permitted-cross-domain-policies': 'none',
        'strict-transport-security': 'max-age=31536000; includeSubDomains; preload',
        'cache-control': 'no-store, no-cache, private, must-revalidate',
      });
      expect(headers['x-b3-traceid']).toMatch(/^[0-9a-f]{32}$/);
      expect(headers['x-b3-spanid']).toMatch(/^self-[0-9a-f]{16}$/);
    });
  }
});

describe('the trace id', () => {
  const traceOf = async (headers: Record<string, string>, path = '/v2/notifications'): Promise<unknown> =>
    (await api.call(path, { headers })).headers['x-b3-traceid'];

  const rows: [Record<string, string>, string][] = [
    [{ 'X-B3-TraceId': 'my trace' }, 'my trace'],
    [{ 'X-Amz-Cf-Id': 'front' }, 'front'],
    [{ 'X-Amzn-Trace-Id': 'Root=1-2;Parent=3' }, 'Root=1-2;Parent=3'],
    [{ 'X-Amzn-Trace-Id': 'c', 'X-Amz-Cf-Id': 'b', 'X-B3-TraceId': 'a' }, 'a'],
    [{ 'X-Amzn-Trace-Id': 'c', 'X-Amz-Cf-Id': 'b' }, 'b'],
    [{ 'X-B3-TraceId': '', 'X-Amz-Cf-Id': 'b' }, 'b'],
    [{ 'X-B3-TraceId': '~'.repeat(128) }, '~'.repeat(128)],
  ];
  for (const [headers, expected] of rows) {
    it(`is that of the request: ${JSON.stringify(headers).slice(0, 80)}`, async () => {
      for (const path of ['/v2/notifications', '/nowhere', '/%ff', '/_status']) {
        expect(await traceOf(headers, path)).toBe(expected);
      }
    });
  }

  for (const unusable of ['x'.repeat(129), 'caf\u00e9', 'a\tb']) {
    it(`is a new one in place of ${JSON.stringify(unusable.slice(0, 10))}`, async () => {
      expect(await traceOf({ 'X-B3-TraceId': unusable })).toMatch(/^[0-9a-f]{32}$/);
    });
  }

  it('is another for every request without one', async () => {
    expect(await traceOf({})).not.toBe(await traceOf({}));
  });

  it('goes with a span id, which is echoed by the same rule', async () => {
    const spanOf = async (span: string): Promise<unknown> =>
      (await api.call('/', { headers: { 'X-B3-SpanId': span } })).headers['x-b3-spanid'];
    expect(await spanOf('my span')).toBe('my span');
    expect(await spanOf('x'.repeat(129))).toMatch(/^self-[0-9a-f]{16}$/);
  });
});

describe('links', () => {
  const forwarded = { host: 'inner:1', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'notify.example' };

  async function linksOf(url: string, headers: Record<string, string>): Promise<string[]> {
    const sent = (await callApi(url, '/v2/notifications/sms', { ...sms(), headers })).json as {
      id: string;
      uri: string;
      template: { uri: string };
    };
    const shown = (await callApi(url, `/v2/notifications/${sent.id}`, { key, headers })).json as {
      template: { uri: string };
    };
    const list = (await callApi(url, '/v2/notifications', { key, headers })).json as { links: { current: string } };
    return [sent.uri, sent.template.uri, shown.template.uri, list.links.current].map((link) => new URL(link).origin);
  }

  const origins = (origin: string): string[] => [origin, origin, origin, origin];

  it('lead to the host of the request', async () => {
    expect(await linksOf(api.url, {})).toEqual(origins(api.url));
    expect(await linksOf(api.url, { host: 'notify.example:8080' })).toEqual(origins('http://notify.example:8080'));
  });

  it('do not believe what a proxy says that is not trusted', async () => {
    expect(await linksOf(api.url, forwarded)).toEqual(origins('http://inner:1'));
    const url = await serve({ config: { trustedProxies: ['10.0.0.0/8'] } });
    expect(await linksOf(url, forwarded)).toEqual(origins('http://inner:1'));
  });

  it('believe a trusted proxy', async () => {
    const url = await serve({ config: { trustedProxies: ['127.0.0.1'] } });
    expect(await linksOf(url, forwarded)).toEqual(origins('https://notify.example'));
    expect(await linksOf(url, { host: 'inner:1' })).toEqual(origins('http://inner:1'));
  });

  it('lead to the public URL when there is one', async () => {
    const url = await serve({ config: { publicUrl: 'https://public.example', trustedProxies: ['127.0.0.1'] } });
    expect(await linksOf(url, forwarded)).toEqual(origins('https://public.example'));
  });
});

describe('the status', () => {
  for (const [method, path] of [
    ['GET', '/_status'],
    ['POST', '/_status'],
    ['GET', '/'],
    ['GET', '/_status?simple='],
    ['GET', '/_status?other=1'],
  ] as const) {
    it(`of ${method} ${path} says what runs`, async () => {
      const answer = await api.call(path, { method });
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual({
        status: 'ok',
        git_commit: expect.any(String) as unknown,
        build_time: expect.any(String) as unknown,
        db_version: expect.stringMatching(/^\d{4}_/) as unknown,
        db_bulk_version: expect.stringMatching(/^\d{4}_/) as unknown,
      });
    });
  }

  it('takes any body of a POST', async () => {
    for (const text of ['', '{', 'status=1']) {
      expect((await api.call('/_status', { method: 'POST', text })).status).toBe(200);
    }
  });

  it('in its simple form does not ask the database', async () => {
    const url = await serve({ db: brokenDatabase() });
    for (const path of ['/_status?simple=1', '/_status?simple=false', '/?simple=true']) {
      expect((await callApi(url, path)).json).toEqual({ status: 'ok' });
    }
  });

  it('is 500 without the database', async () => {
    for (const error of [new Error('broken'), new AppError('DATABASE_UNAVAILABLE', 'no secrets of postgres://')]) {
      const url = await serve({ db: brokenDatabase(error) });
      for (const path of ['/_status', '/']) {
        const answer = await callApi(url, path);
        expect(answer.status).toBe(500);
        expect(answer.json).toEqual(plainError('Internal server error'));
      }
    }
  });
});

describe('a request that takes too long', () => {
  it('is 504 after the serving timeout', async () => {
    const never = { ...api.db, query: () => new Promise<never>(() => undefined) };
    const url = await serve({ db: never, config: { requestTimeout: 1 } });
    const answer = await callApi(url, '/v2/notifications', { key });
    expect(answer.status).toBe(504);
    expect(answer.json).toEqual(v2Error(504, 'Timeout', 'Timeout serving request'));
  });
});

function brokenDatabase(error: Error = new Error('The database is broken in a secret way')): typeof api.db {
  const fail = (): Promise<never> => Promise.reject(error);
  return { ...api.db, query: fail, transaction: fail };
}
