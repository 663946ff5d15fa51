import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { showPlatformStatistics } from '../../../lib/statistics/show-platform-statistics.ts';
import { dayRangeIn } from './day-range.ts';
import type { InternalRoutes } from './internal-routes.ts';

/** Statistics of all services together (data sheet §4.2). */
export function registerPlatformStatistics(routes: InternalRoutes, app: App): void {
  routes('/platform-stats', { GET: (request) => show(app, request) });
}

async function show(app: App, request: FastifyRequest): Promise<object> {
  const totals = await showPlatformStatistics(app, dayRangeIn(app, request));
  return Object.fromEntries(
    Object.entries(totals).map(([type, { total, testKey, failures }]) => [
      type,
      { total, 'test-key': testKey, failures },
    ]),
  );
}
