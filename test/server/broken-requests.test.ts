import { describe, expect, it } from 'vitest';
import { methodNotAllowedText, notFoundText, plainError, useApi } from './api.ts';
import { RawConnection, type RawAnswer } from './raw-connection.ts';

const api = useApi();
const notUnderstood = 'The browser (or proxy) sent a request that this server could not understand.';
const traceId = /^[0-9a-f]{32}$/;

/** The answer to these bytes on a connection of their own. */
async function answerTo(bytes: string, options: { isHead?: boolean } = {}): Promise<RawAnswer> {
  const connection = new RawConnection(Number(new URL(api.url).port));
  try {
    const answer = await connection.send(Buffer.from(bytes, 'latin1'), options);
    if (typeof answer === 'string') throw new Error(`The connection was ${answer}`);
    return answer;
  } finally {
    connection.close();
  }
}

describe('what is no HTTP is answered in the form of the router, and the connection ends', () => {
  const rows: [string, string, number, string][] = [
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n\r\n', 400, notUnderstood],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: a\r\n\r\n', 400, notUnderstood],
    ['a method in lower case', 'get / HTTP/1.1\r\nHost: a\r\n\r\n', 400, notUnderstood],
    ['a space in the path', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n', 400, notUnderstood],
    ['an unknown version', 'GET / HTTP/3.7\r\nHost: a\r\n\r\n', 400, notUnderstood],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n', 400, notUnderstood],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      400,
      notUnderstood,
    ],
    ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nHost: a\r\n\r\n', 400, notUnderstood],
    [
      'headers of more than 64 KiB',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`,
      431,
      'The headers of the request are too large.',
    ],
  ];
  for (const [name, bytes, status, message] of rows) {
    it(name, async () => {
      const answer = await answerTo(bytes);
      expect(JSON.parse(answer.text)).toEqual(plainError(message));
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'access-control-allow-origin': '*',
        'cache-control': 'no-store, no-cache, private, must-revalidate',
        connection: 'close',
      });
      expect(answer.headers['x-b3-traceid']).toMatch(traceId);
    });
  }
});

describe('a request without a usable host', () => {
  const wrong = ['', 'a b', 'a/b', 'user@a', 'a?b', 'a#b', 'example.com:99999', '[::1', '<script>'];
  for (const host of wrong) {
    it(`(${JSON.stringify(host)}) is refused: links begin with it`, async () => {
      const answer = await answerTo(`GET /_status?simple=1 HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toEqual(plainError(notUnderstood));
    });
  }

  it('is refused in HTTP/1.1, and taken in HTTP/1.0, which has none', async () => {
    expect((await answerTo('GET /_status?simple=1 HTTP/1.1\r\n\r\n')).status).toBe(400);
    expect((await answerTo('GET /_status?simple=1 HTTP/1.0\r\n\r\n')).status).toBe(200);
  });

  for (const host of ['a', 'example.com:8080', 'EXAMPLE.com', 'my_host', '[::1]:6011', '127.0.0.1', 'example.com.']) {
    it(`is not one to ${host}`, async () => {
      expect((await answerTo(`GET /_status?simple=1 HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).status).toBe(200);
    });
  }
});

describe('what HTTP allows is served', () => {
  for (const expectation of ['100-continue', 'miracles']) {
    it(`Expect: ${expectation}`, async () => {
      const head = `POST /_status?simple=1 HTTP/1.1\r\nHost: a\r\nExpect: ${expectation}\r\n`;
      expect((await answerTo(`${head}Content-Length: 1\r\n\r\nx`)).status).toBe(200);
    });
  }

  for (const method of ['QUERY', 'TRACE']) {
    it(`${method}, by the router`, async () => {
      const known = await answerTo(`${method} /v2/notifications HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(known).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } });
      expect(JSON.parse(known.text)).toEqual(plainError(methodNotAllowedText));
      const unknown = await answerTo(`${method} /nowhere HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(unknown.status).toBe(404);
      expect(JSON.parse(unknown.text)).toEqual(plainError(notFoundText));
    });
  }

  it('HEAD, which a path without GET does not allow', async () => {
    const bytes = 'HEAD /unsubscribe/a/b HTTP/1.1\r\nHost: a\r\n\r\n';
    const answer = await answerTo(bytes, { isHead: true });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'OPTIONS, POST' } });
  });
});
