import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { toApiDateTime } from '../../../lib/core/clock.ts';
import { showUnsubscribeStatistics } from '../../../lib/notifications/show-unsubscribe-statistics.ts';
import type { InternalRoutes } from './internal-routes.ts';
import { serviceIdOf } from './requests.ts';

/** Who unsubscribed from emails of a service, as its dashboard tells it (admin API sheet §3.1). */
export function registerUnsubscribeStatistics(routes: InternalRoutes, app: App): void {
  routes('/service/:service_id/unsubscribe-request-statistics', { GET: (request) => show(app, request) });
}

async function show(app: App, request: FastifyRequest): Promise<object> {
  const statistics = await showUnsubscribeStatistics(app, { serviceId: serviceIdOf(request) });
  if (statistics === null) return {};
  return {
    unsubscribe_requests_count: statistics.count,
    datetime_of_latest_unsubscribe_request: toApiDateTime(statistics.latestAt),
  };
}
