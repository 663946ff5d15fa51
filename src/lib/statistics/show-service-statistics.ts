import { londonDate, type CalendarDate } from '../core/london-time.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { requireService } from '../services/show-service.ts';
import { usageWindow } from '../usage/template-usage.ts';
import { toDeliveryTotals, type DeliveryTotals } from './delivery-totals.ts';
import { readStatusCounts, type StatisticsDeps } from './read-status-counts.ts';
import type { Period, StatusCount } from './status-count.ts';

export interface ServiceWindow {
  readonly serviceId: string;
  /** Whole days before today. */
  readonly limitDays: number;
}

/**
 * What became of a service's messages of the last days, by type (data sheet §4.2).
 *
 * @throws AppError NOT_FOUND
 */
export async function showServiceStatistics(
  deps: StatisticsDeps,
  window: ServiceWindow,
): Promise<Record<NotificationType, DeliveryTotals>> {
  return toDeliveryTotals(await readWindow(deps, window, 'all'));
}

/**
 * The same of each day with messages, the newest first.
 *
 * @throws AppError NOT_FOUND
 */
export async function showDailyStatistics(
  deps: StatisticsDeps,
  window: ServiceWindow,
): Promise<{ day: CalendarDate; totals: Record<NotificationType, DeliveryTotals> }[]> {
  const counts = await readWindow(deps, window, 'day');
  const days = [...new Set(counts.map(({ period }) => period))].sort().reverse();
  return days.map((day) => ({ day, totals: toDeliveryTotals(counts.filter(({ period }) => period === day)) }));
}

/**
 * How many messages a service made in the last days, of one type or of all; whatever became of them.
 *
 * @throws AppError NOT_FOUND
 */
export async function countServiceMessages(
  deps: StatisticsDeps,
  { type, ...window }: ServiceWindow & { readonly type: NotificationType | null },
): Promise<number> {
  const counts = await readWindow(deps, window, 'all');
  return counts.filter((count) => type === null || count.type === type).reduce((sum, { count }) => sum + count, 0);
}

async function readWindow(
  deps: StatisticsDeps,
  { serviceId, limitDays }: ServiceWindow,
  period: Period,
): Promise<StatusCount[]> {
  await requireService(deps, serviceId);
  const days = usageWindow(londonDate(deps.clock.now()), limitDays);
  return readStatusCounts(deps, { serviceId, by: null, days, period });
}
