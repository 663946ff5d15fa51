import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { toApiDateTime } from '../../../lib/core/clock.ts';
import { listServices } from '../../../lib/services/list-services.ts';
import { toDeliveryTotals } from '../../../lib/statistics/delivery-totals.ts';
import { showStatisticsOfServices } from '../../../lib/statistics/show-platform-statistics.ts';
import { showServiceStatistics } from '../../../lib/statistics/show-service-statistics.ts';
import { templateTypes } from '../../../lib/templates/template.ts';
import { wholeDays } from '../../../lib/usage/template-usage.ts';
import { dayRangeIn } from './day-range.ts';
import { isTrue, parameter, queryOf, serviceIdOf } from './requests.ts';

/** What `detailed` says of all services, in place of their settings (admin API sheet §4.1). */
export async function listDetailedServices(app: App, request: FastifyRequest): Promise<object[]> {
  const query = queryOf(request);
  const withTestKeys = parameter(query, 'include_from_test_key') !== 'False';
  const statistics = await showStatisticsOfServices(app, { ...dayRangeIn(app, request), withTestKeys });
  const services = await listServices(app, { archived: !isTrue(query, 'only_active') });
  return services.map(({ id, name, restricted, active, createdAt }) => {
    const totals = statistics.get(id) ?? toDeliveryTotals([]);
    return {
      id,
      name,
      notification_type: templateTypes.find((type) => totals[type].requested > 0) ?? null,
      restricted,
      active,
      created_at: toApiDateTime(createdAt),
      statistics: totals,
    };
  });
}

/** What `detailed` adds to one service: its last week, or with `today_only` its day. */
export async function statisticsOfService(app: App, request: FastifyRequest): Promise<object> {
  const limitDays = isTrue(queryOf(request), 'today_only') ? 0 : wholeDays;
  return showServiceStatistics(app, { serviceId: serviceIdOf(request), limitDays });
}
