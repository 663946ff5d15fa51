import { addDays, londonDate, londonMidnightUtc, type CalendarDate } from '../core/london-time.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { toDeliveryTotals, type DeliveryTotals } from './delivery-totals.ts';
import { readStatusCounts, type StatisticsDeps } from './read-status-counts.ts';
import { countTestMessages } from './status-count-repository.ts';
import type { StatusCount } from './status-count.ts';

export const platformFailures = [
  'technical-failure',
  'permanent-failure',
  'temporary-failure',
  'virus-scan-failed',
] as const satisfies readonly NotificationStatus[];

export interface PlatformTotals {
  /** Messages of live and team keys. */
  total: number;
  /** Of today only: past days do not keep them. */
  testKey: number;
  failures: Record<(typeof platformFailures)[number], number>;
}

/** Days in London, both included. */
export interface DayRange {
  readonly start: CalendarDate;
  readonly end: CalendarDate;
}

/** Messages of all services, by type (data sheet §4.2). */
export async function showPlatformStatistics(
  deps: StatisticsDeps,
  range: DayRange,
): Promise<Record<NotificationType, PlatformTotals>> {
  const totals = { email: noTotals(), sms: noTotals(), letter: noTotals() };
  const days = daysOf(deps, range);
  for (const { type, status, count } of await readStatusCounts(deps, {
    serviceId: null,
    by: null,
    days,
    period: 'all',
  })) {
    totals[type].total += count;
    const failure = platformFailures.find((name) => name === status);
    if (failure !== undefined) totals[type].failures[failure] += count;
  }
  for (const { type, count } of await readTestMessages(deps, days)) totals[type].testKey += count;
  return totals;
}

/**
 * What became of the messages of each service, by type; services without messages are left out (admin API sheet §3.1).
 *
 * @param input.withTestKeys whether messages of test keys count: those of today, past days do not keep them
 */
export async function showStatisticsOfServices(
  deps: StatisticsDeps,
  { withTestKeys, ...range }: DayRange & { readonly withTestKeys: boolean },
): Promise<ReadonlyMap<string, Record<NotificationType, DeliveryTotals>>> {
  const days = daysOf(deps, range);
  const counts = await readStatusCounts(deps, { serviceId: null, by: 'service', days, period: 'all' });
  const tested = withTestKeys ? await readTestMessages(deps, days) : [];
  const byService = Map.groupBy([...counts, ...tested], ({ of }) => of!);
  return new Map([...byService].map(([serviceId, own]) => [serviceId, toDeliveryTotals(own)]));
}

/** The days of a range up to today. */
function daysOf({ clock }: StatisticsDeps, { start, end }: DayRange): CalendarDate[] {
  const today = londonDate(clock.now());
  const days: CalendarDate[] = [];
  for (let day = start; day <= end && day <= today; day = addDays(day, 1)) days.push(day);
  return days;
}

async function readTestMessages(
  { db, clock }: StatisticsDeps,
  days: readonly CalendarDate[],
): Promise<Omit<StatusCount, 'period'>[]> {
  const today = londonDate(clock.now());
  return days.at(-1) === today ? countTestMessages(db, londonMidnightUtc(today)) : [];
}

function noTotals(): PlatformTotals {
  const failures = Object.fromEntries(platformFailures.map((status) => [status, 0]));
  return { total: 0, testKey: 0, failures: failures as PlatformTotals['failures'] };
}
