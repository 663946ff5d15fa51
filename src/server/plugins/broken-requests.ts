import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { fixedHeaders } from './response-headers.ts';

const notUnderstood = 'The browser (or proxy) sent a request that this server could not understand.';

/** What the HTTP parser refuses, by its error; anything else is 400. */
const refusals: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers of the request are too large.'],
};

/** Answers what is not HTTP, in the router's form, and ends the connection: where the next request begins is unknown. */
export function refuseBrokenRequest(error: { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, message] = refusals[error.code ?? ''] ?? ['400 Bad Request', notUnderstood];
  const body = JSON.stringify({ result: 'error', message });
  const headers: Readonly<Record<string, string>> = {
    ...fixedHeaders,
    'X-B3-TraceId': randomBytes(16).toString('hex'),
    'X-B3-SpanId': `self-${randomBytes(8).toString('hex')}`,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`);
  else socket.destroy();
}

const plainHost = /^[A-Za-z0-9.-]+(?::\d{1,4})?$/;

/** Every link in an answer begins with it. */
function isHost(text: string): boolean {
  return plainHost.test(text) || (/^[^\s/?#@\\]+$/.test(text) && URL.canParse(`http://${text}`));
}

/**
 * Requests that Node.js would answer itself, without a body, or hang up on. After `registerIgnoredBodies`, which takes the
 * content type away.
 */
export function registerBrokenRequests(server: FastifyInstance): void {
  const { server: http } = server;
  http.on('connect', (_request, socket) => refuseBrokenRequest({}, socket));
  // No expectation is ours to refuse.
  http.on('checkExpectation', (request, response) => void http.emit('request', request, response));
  server.addHook('onRequest', async (request, reply) => {
    const { headers, httpVersion } = request.raw;
    // Fastify refuses a QUERY that does not say what it holds, before the router can say that there is none.
    if (request.method === 'QUERY') headers['content-type'] ??= 'application/json';
    if (headers.host === undefined ? httpVersion === '1.0' : isHost(headers.host)) return;
    await reply.code(400).send({ result: 'error', message: notUnderstood });
  });
}
