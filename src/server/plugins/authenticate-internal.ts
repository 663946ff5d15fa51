import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import { authenticateInternalClient } from '../../lib/api-keys/authenticate-internal-client.ts';
import type { App } from '../../lib/app.ts';
import { parseUuid } from '../../lib/core/ids.ts';

/** Demands an internal client's token (admin API sheet §1) before anything else of the request is looked at. */
export function authenticateInternal(app: Pick<App, 'config' | 'clock'>): onRequestAsyncHookHandler {
  return async (request) => {
    authenticateInternalClient(app, request.headers.authorization);
  };
}

/** Writes down who called: the user that the caller names is logged, and nothing else is done with it. */
export function registerInternalLog(server: FastifyInstance): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions, traceId } = request;
    const userId = parseUuid(request.headers['x-notify-user-id']);
    request.log.info(
      { method, route: routeOptions.url, status: String(reply.statusCode), userId, traceId },
      'Internal',
    );
    done();
  });
}
