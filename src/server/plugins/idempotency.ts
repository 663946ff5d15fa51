import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../lib/app.ts';
import { beginIdempotentRequest } from '../../lib/idempotency/begin-idempotent-request.ts';
import { giveUpIdempotentRequest } from '../../lib/idempotency/end-idempotent-request.ts';
import { callerOf } from './authenticate.ts';

const claims = new WeakMap<FastifyRequest, string>();

/** The claim of a request on its `Idempotency-Key`; null when it carries none. */
export function idempotencyClaimOf(request: FastifyRequest): string | null {
  return claims.get(request) ?? null;
}

/**
 * Looks at the `Idempotency-Key` of a request (public API sheet §16) before anything of its body is understood. True when
 * the request was answered before, and got the same answer again.
 */
export async function replayIdempotent(app: App, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return false;
  const { service, apiKey } = callerOf(request);
  const begun = await beginIdempotentRequest(
    app,
    { serviceId: service.id, keyType: apiKey.keyType, path: request.routeOptions.url ?? '', key: String(key) },
    request.body instanceof Buffer ? request.body : Buffer.alloc(0),
  );
  if (begun.kind === 'new') {
    claims.set(request, begun.claimId);
    return false;
  }
  reply.code(201).type('application/json; charset=utf-8').header('Idempotent-Replayed', 'true').send(begun.answer);
  return true;
}

/** Frees the keys of requests that were refused, before they are told so: they may try again with the same key. */
export function registerIdempotencyRelease(server: FastifyInstance, app: App): void {
  server.addHook('onSend', (request, reply, payload, done) => {
    const claimId = claims.get(request);
    if (claimId === undefined || reply.statusCode === 201) {
      done(null, payload);
      return;
    }
    giveUpIdempotentRequest(app, claimId)
      .catch((error: unknown) => {
        request.log.warn({ err: error, traceId: request.traceId }, 'An idempotency key stays taken for some minutes');
      })
      .finally(() => done(null, payload));
  });
}
