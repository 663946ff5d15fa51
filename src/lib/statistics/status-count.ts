import { addDays, londonMidnightUtc, type CalendarDate } from '../core/london-time.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { factTypes, type FactDay } from './status-fact.ts';

/** What days are put together to. */
export type Period = 'all' | 'month' | 'day';

/** How many notifications of a kind there were. Test keys never count. */
export interface StatusCount {
  /** `YYYY-MM` or `YYYY-MM-DD`; empty when all days are put together. */
  readonly period: string;
  readonly type: NotificationType;
  /** The template or the service; null where they are put together. */
  readonly of: string | null;
  readonly status: NotificationStatus;
  readonly count: number;
}

/** Days in a row that are counted in the tables, of these types. */
export interface LiveSpan {
  readonly period: string;
  /** In UTC; `end` is not in it. */
  readonly start: Date;
  readonly end: Date;
  readonly types: readonly NotificationType[];
}

export function periodOf(day: CalendarDate, period: Period): string {
  if (period === 'all') return '';
  return period === 'month' ? day.slice(0, 7) : day;
}

/**
 * What the facts do not hold of some days: today, and every past day of a type that no run of the facts has completed. Days
 * in a row that lack the same types, and belong to the same period, are one span.
 *
 * @param days in order
 */
export function liveSpans(
  days: readonly CalendarDate[],
  { today, runs, period }: { today: CalendarDate; runs: readonly FactDay[]; period: Period },
): LiveSpan[] {
  const counted = new Set(runs.map(({ day, type }) => `${day} ${type}`));
  const spans: DaySpan[] = [];
  for (const day of days) {
    const types = factTypes.filter((type) => day >= today || !counted.has(`${day} ${type}`));
    if (types.length === 0) continue;
    const span = { period: periodOf(day, period), first: day, last: day, types };
    const before = spans.at(-1);
    if (before !== undefined && isContinued(before, span)) spans[spans.length - 1] = { ...before, last: day };
    else spans.push(span);
  }
  return spans.map(({ first, last, ...span }) => {
    return { ...span, start: londonMidnightUtc(first), end: londonMidnightUtc(addDays(last, 1)) };
  });
}

type DaySpan = Pick<LiveSpan, 'period' | 'types'> & { readonly first: CalendarDate; readonly last: CalendarDate };

function isContinued(before: DaySpan, next: DaySpan): boolean {
  const sameTypes = before.types.join() === next.types.join();
  return addDays(before.last, 1) === next.first && before.period === next.period && sameTypes;
}
