import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { authenticateService, type AuthenticatedService } from '../../lib/api-keys/authenticate-service.ts';
import type { App } from '../../lib/app.ts';

const callers = new WeakMap<FastifyRequest, AuthenticatedService>();

/** Demands a service's token (public API sheet §2) before anything else of the request is looked at. */
export function authenticate(app: App): onRequestAsyncHookHandler {
  return async (request) => {
    callers.set(request, await authenticateService(app, request.headers.authorization));
  };
}

/** The service and key of an authenticated request. */
export function callerOf(request: FastifyRequest): AuthenticatedService {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error(`Route ${request.routeOptions.url ?? '?'} does not authenticate`);
  return caller;
}
