import { addDays, londonDate, type CalendarDate } from '../core/london-time.ts';
import { notificationStatuses, type NotificationStatus } from '../notifications/notification-status.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { requireService } from '../services/show-service.ts';
import { listCountedNames, type CountedName } from './counted-name-repository.ts';
import { readStatusCounts, type StatisticsDeps } from './read-status-counts.ts';
import { periodOf, type StatusCount } from './status-count.ts';

export interface ExportInput {
  /** Null: of all services, archived ones too. */
  readonly serviceId: string | null;
  /** Days in London, both included; days to come count nothing. */
  readonly from: CalendarDate;
  readonly to: CalendarDate;
  readonly by: 'day' | 'month';
  readonly signal?: AbortSignal;
}

/** How many messages of a template had a status at the end of a day, or have it now. */
export interface ExportedCount extends CountedName {
  /** `YYYY-MM-DD` or `YYYY-MM`. */
  readonly period: string;
  readonly type: NotificationType;
  readonly status: NotificationStatus;
  readonly count: number;
}

/**
 * The statistics of days, a portion for each day or month, in order: past days from the facts, today from the tables (data
 * sheet §4.1). Only one portion is held at a time, which is as large as there are templates; each is one snapshot. Test
 * keys do not count.
 *
 * @throws AppError NOT_FOUND for an unknown service
 */
export async function* exportStatistics(
  deps: StatisticsDeps,
  { serviceId, from, to, by, signal }: ExportInput,
): AsyncGenerator<ExportedCount[]> {
  if (serviceId !== null) await requireService(deps, serviceId);
  const today = londonDate(deps.clock.now());
  const last = to < today ? to : today;
  let days: CalendarDate[] = [];
  for (let day = from; day <= last; day = addDays(day, 1)) {
    days.push(day);
    if (day < last && periodOf(addDays(day, 1), by) === periodOf(day, by)) continue;
    signal?.throwIfAborted();
    const counts = await readStatusCounts(deps, { serviceId, by: 'template', days, period: by });
    if (counts.length > 0) yield await named(deps, counts);
    days = [];
  }
}

async function named({ db }: StatisticsDeps, counts: readonly StatusCount[]): Promise<ExportedCount[]> {
  const byTemplate = new Map<string, Map<string, ExportedCount>>();
  const names = new Map<string, CountedName>();
  const ids = [...new Set(counts.map(({ of }) => of!))];
  for (const name of await listCountedNames(db, ids)) names.set(name.templateId, name);
  for (const { of: templateId, period, type, status, count } of counts) {
    const ofTemplate = byTemplate.get(templateId!) ?? new Map<string, ExportedCount>();
    // The facts of a month and what the tables have of it are counts of the same.
    const before = ofTemplate.get(status)?.count ?? 0;
    ofTemplate.set(status, { ...names.get(templateId!)!, period, type, status, count: before + count });
    byTemplate.set(templateId!, ofTemplate);
  }
  return [...names.keys()].flatMap((id) =>
    notificationStatuses.flatMap((status) => byTemplate.get(id)?.get(status) ?? []),
  );
}
