import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomBytesPooled } from '../../lib/core/random.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Trace id of the request, the caller's when it sent a usable one. */
    traceId: string;
  }
}

/** The same for every answer. */
export const fixedHeaders = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'Content-Type,Authorization',
  'Access-Control-Allow-Methods': 'GET,PUT,POST,DELETE',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains; preload',
  'Cache-Control': 'no-store, no-cache, private, must-revalidate',
} as const;

/** The headers of every answer (public API sheet §1), trace ids included. */
export function registerResponseHeaders(server: FastifyInstance): void {
  server.decorateRequest('traceId', '');
  server.addHook('onRequest', (request, reply, done) => {
    setResponseHeaders(request, reply);
    done();
  });
}

/** For answers that are given before any hook runs. */
export function setResponseHeaders(request: FastifyRequest, reply: FastifyReply): void {
  request.traceId =
    usable(request, 'x-b3-traceid') ??
    usable(request, 'x-amz-cf-id') ??
    usable(request, 'x-amzn-trace-id') ??
    randomBytesPooled(16).toString('hex');
  reply.headers(fixedHeaders);
  reply.header('X-B3-TraceId', request.traceId);
  reply.header('X-B3-SpanId', usable(request, 'x-b3-spanid') ?? `self-${randomBytesPooled(8).toString('hex')}`);
}

/** A header that may be echoed: up to 128 printable ASCII characters. */
function usable(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' && /^[\x20-\x7e]{1,128}$/.test(value) ? value : null;
}
