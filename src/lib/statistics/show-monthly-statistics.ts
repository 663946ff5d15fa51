import { addDays, londonDate, type CalendarDate } from '../core/london-time.ts';
import { notificationStatuses, type NotificationStatus } from '../notifications/notification-status.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { requireService } from '../services/show-service.ts';
import { readStatusCounts, type StatisticsDeps } from './read-status-counts.ts';
import { listCountedTemplates, type CountedTemplate } from './status-count-repository.ts';

export interface ServiceYear {
  readonly serviceId: string;
  /** The year in which the financial year begins. */
  readonly year: number;
}

/** Messages by status; only statuses that there are. */
export type StatusTotals = Partial<Record<NotificationStatus, number>>;

/** A month `YYYY-MM`. */
export interface MonthStatistics {
  readonly month: string;
  readonly totals: Readonly<Record<NotificationType, StatusTotals>>;
}

/**
 * What became of a service's messages in each month of a financial year up to now (data sheet §4.2).
 *
 * @throws AppError NOT_FOUND
 */
export async function showMonthlyStatistics(
  deps: StatisticsDeps,
  { serviceId, year }: ServiceYear,
): Promise<MonthStatistics[]> {
  await requireService(deps, serviceId);
  const days = daysOfYear(year, londonDate(deps.clock.now()));
  const counts = await readStatusCounts(deps, { serviceId, by: null, days, period: 'month' });
  const months = [...new Set(days.map((day) => day.slice(0, 7)))];
  const totals = (month: string, of: NotificationType): StatusTotals => {
    const sums = new Map<NotificationStatus, number>();
    for (const { period, type, status, count } of counts) {
      if (period === month && type === of) sums.set(status, (sums.get(status) ?? 0) + count);
    }
    return Object.fromEntries(notificationStatuses.flatMap((s) => (sums.has(s) ? [[s, sums.get(s)!]] : [])));
  };
  return months.map((month) => ({
    month,
    totals: { sms: totals(month, 'sms'), email: totals(month, 'email'), letter: totals(month, 'letter') },
  }));
}

export interface TemplateMonth {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly template: CountedTemplate;
  readonly count: number;
}

/**
 * How often a service's templates were used in each month of a financial year, cancelled messages left out: by month and
 * name (data sheet §4.2).
 *
 * @throws AppError NOT_FOUND
 */
export async function showMonthlyTemplateUsage(
  deps: StatisticsDeps,
  { serviceId, year }: ServiceYear,
): Promise<TemplateMonth[]> {
  await requireService(deps, serviceId);
  const days = daysOfYear(year, londonDate(deps.clock.now()));
  const counts = await readStatusCounts(deps, { serviceId, by: 'template', days, period: 'month' });
  const sums = new Map<string, number>();
  for (const { period, of: templateId, status, count } of counts) {
    if (status === 'cancelled') continue;
    const key = `${period} ${templateId}`;
    sums.set(key, (sums.get(key) ?? 0) + count);
  }
  const ids = [...new Set(counts.map(({ of }) => of!))];
  const templates = await listCountedTemplates(deps.db, serviceId, ids);
  const months = [...new Set(days.map((day) => day.slice(0, 7)))];
  return months.flatMap((month) =>
    templates.flatMap((template) => {
      const count = sums.get(`${month} ${template.id}`);
      return count === undefined ? [] : [{ month, template, count }];
    }),
  );
}

/** The days of a financial year up to today. */
function daysOfYear(year: number, today: CalendarDate): CalendarDate[] {
  const first = `${String(year).padStart(4, '0')}-04-01`;
  const end = `${String(year + 1).padStart(4, '0')}-04-01`;
  const days: CalendarDate[] = [];
  for (let day = first; day < end && day <= today; day = addDays(day, 1)) days.push(day);
  return days;
}
