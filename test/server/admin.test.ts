import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/lib/core/errors.ts';
import { insertSandboxMessage } from '../../src/lib/providers/sandbox-message-repository.ts';
import { startServer } from '../../src/server/listen.ts';
import { startTestServer, useTestApp, type TestServer } from '../support/test-app.ts';
import { callApi, notFoundText, plainError, type ApiAnswer } from './api.ts';

const app = useTestApp();
const servers: TestServer[] = [];
let adminUrl: string;

beforeAll(async () => {
  adminUrl = await serve(app);
});

afterAll(async () => {
  for (const server of servers) await server.close();
});

async function serve(served: typeof app): Promise<string> {
  const server = await startTestServer(served);
  servers.push(server);
  return server.adminUrl;
}

function call(path: string): Promise<ApiAnswer> {
  return callApi(adminUrl, path);
}

function brokenDatabase(): typeof app.db {
  const fail = (): Promise<never> =>
    Promise.reject(new AppError('DATABASE_UNAVAILABLE', 'The database does not answer'));
  return { ...app.db, query: fail, transaction: fail };
}

describe('the probes', () => {
  it('say that the process lives and is ready', async () => {
    expect(await call('/live')).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(await call('/ready')).toMatchObject({
      status: 200,
      json: { status: 'ok', checks: { draining: 'ok', database: 'ok', schema: 'ok' } },
    });
  });

  it('say without a database that it lives and is not ready', async () => {
    const url = await serve({ ...app, db: brokenDatabase() });
    expect(await callApi(url, '/live')).toMatchObject({ status: 200 });
    expect(await callApi(url, '/ready')).toMatchObject({
      status: 503,
      json: { status: 'unavailable', checks: { draining: 'ok', database: 'The database does not answer' } },
    });
  });

  it('say while it drains that it is not ready any more, and the API still answers', async () => {
    const local = '127.0.0.1';
    const server = await startServer(app, { api: true, host: local, port: 0, adminHost: local, adminPort: 0 });
    try {
      expect((await callApi(server.adminUrl!, '/ready')).status).toBe(200);
      await server.drain(0);
      expect(await callApi(server.adminUrl!, '/ready')).toMatchObject({
        status: 503,
        json: { status: 'unavailable', checks: { draining: 'the process is stopping' } },
      });
      expect((await callApi(server.url!, '/_status')).status).toBe(200);
    } finally {
      await server.close();
    }
  });
});

describe('the metrics', () => {
  it('count requests by route and status', async () => {
    const { url } = servers[0]!;
    await callApi(url, '/v2/notifications/019cd000-0000-7000-8000-000000000000');
    const answer = await call('/metrics');
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer.text).toMatch(/_count\{method="GET",route="\/v2\/notifications\/:id",status="401"\} 1\n/);
  });
});

describe('the outbox', () => {
  const ids: string[] = [];
  beforeAll(async () => {
    const messages = [
      { type: 'sms', to: '447900900123', sentAt: '2026-03-10T12:00:00Z' },
      { type: 'email', to: 'someone@example.com', sentAt: '2026-03-10T12:00:01Z' },
      { type: 'sms', to: '447900900124', sentAt: '2026-03-10T12:00:02Z' },
    ] as const;
    for (const { type, to, sentAt } of messages) {
      const id = app.ids.uuid();
      ids.push(id);
      await insertSandboxMessage(app.db, {
        id: app.ids.uuid(),
        notificationId: id,
        type,
        to,
        from: 'GOVUK',
        replyTo: null,
        subject: type === 'email' ? 'Hello' : null,
        content: 'Hello',
        html: type === 'email' ? '<p>Hello</p>' : null,
        reference: 'r',
        sentAt: new Date(sentAt),
      });
    }
  });

  const queries: [string, number[]][] = [
    ['', [0, 1, 2]],
    ['?to=', [0, 1, 2]],
    ['?to=07900+900123', [0]],
    ['?to=%2B447900900123', [0]],
    ['?to=SomeOne@example.com', [1]],
    ['?to=nobody@example.com', []],
    ['?since=2026-03-10T12:00:01Z', [1, 2]],
    ['?limit=2', [1, 2]],
    ['?limit=1&to=07900900123', [0]],
  ];
  for (const [query, expected] of queries) {
    it(`shows with ${query || 'no filter'}: ${expected.join(', ') || 'nothing'}`, async () => {
      const { messages } = (await call(`/sandbox/messages${query}`)).json as {
        messages: { notification_id: string }[];
      };
      expect(messages.map(({ notification_id: id }) => ids.indexOf(id))).toEqual(expected);
    });
  }

  it('shows one notification with these members', async () => {
    for (const spelling of [ids[1]!, ids[1]!.toUpperCase()]) {
      expect((await call(`/sandbox/messages?notification_id=${spelling}`)).json).toEqual({
        messages: [
          {
            id: expect.any(String) as unknown,
            notification_id: ids[1],
            type: 'email',
            to: 'someone@example.com',
            from: 'GOVUK',
            reply_to: null,
            subject: 'Hello',
            content: 'Hello',
            html: '<p>Hello</p>',
            reference: 'r',
            sent_at: '2026-03-10T12:00:01.000Z',
          },
        ],
      });
    }
  });

  for (const [query, message] of [
    ['since=yesterday', `since is 'yesterday': expected a time such as 2026-01-31T12:00:00Z`],
    ['limit=0', `limit is '0': expected a whole number from 1 to 10000`],
    ['limit=many', `limit is 'many': expected a whole number from 1 to 10000`],
    ['notification_id=x', `notification_id is 'x': expected the id of a notification`],
    ['to=a&to=b', 'to is given more than once'],
    ['to=a%00b', 'to must not contain null characters'],
  ]) {
    it(`refuses ${query}`, async () => {
      const answer = await call(`/sandbox/messages?${query}`);
      expect(answer).toMatchObject({ status: 400, json: plainError(message!) });
    });
  }
});

describe('any other path', () => {
  it('is not found', async () => {
    for (const path of ['/', '/v2/notifications', '/sandbox']) {
      expect(await call(path)).toMatchObject({ status: 404, json: plainError(notFoundText) });
    }
  });
});
