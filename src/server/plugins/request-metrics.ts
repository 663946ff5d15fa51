import type { FastifyInstance } from 'fastify';
import type { App } from '../../lib/app.ts';

/** Counts and times every request by method, route and status. */
export function registerRequestMetrics(server: FastifyInstance, { metrics }: Pick<App, 'metrics'>): void {
  // As many as there are routes and statuses; looking a label set up by its values takes longer than counting.
  const timers = new Map<string, ReturnType<typeof metrics.httpRequestSeconds.labels>>();
  server.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unknown';
    const status = String(reply.statusCode);
    const name = `${method} ${route} ${status}`;
    let timer = timers.get(name);
    if (timer === undefined) timers.set(name, (timer = metrics.httpRequestSeconds.labels({ method, route, status })));
    timer.observe(reply.elapsedTime / 1000);
    request.log.debug(
      { method, route, status, ms: Math.round(reply.elapsedTime), traceId: request.traceId },
      'Request',
    );
    done();
  });
}
