import type { FastifyInstance } from 'fastify';
import type { App } from '../../lib/app.ts';

/** Counts and times every request by method, route and status. */
export function registerRequestMetrics(server: FastifyInstance, { telemetry }: Pick<App, 'telemetry'>): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    const route = routeOptions.url ?? 'unknown';
    const status = reply.statusCode;
    const operation = (routeOptions.schema as { operationId?: string } | undefined)?.operationId;
    telemetry.requestAnswered({ method, route, operation, status, ms: reply.elapsedTime });
    request.log.debug(
      { method, route, status: String(status), ms: Math.round(reply.elapsedTime), traceId: request.traceId },
      'Request',
    );
    done();
  });
}
