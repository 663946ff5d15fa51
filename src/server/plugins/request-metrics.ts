import type { FastifyInstance } from 'fastify';
import type { App } from '../../lib/app.ts';

/** Counts and times every request by method, route and status. */
export function registerRequestMetrics(server: FastifyInstance, { metrics }: Pick<App, 'metrics'>): void {
  server.addHook('onResponse', (request, reply, done) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: String(reply.statusCode),
    };
    metrics.httpRequestSeconds.observe(labels, reply.elapsedTime / 1000);
    request.log.debug({ ...labels, ms: Math.round(reply.elapsedTime), traceId: request.traceId }, 'Request');
    done();
  });
}
