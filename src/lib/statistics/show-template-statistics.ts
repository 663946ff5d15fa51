import { londonDate } from '../core/london-time.ts';
import { notificationStatuses, type NotificationStatus } from '../notifications/notification-status.ts';
import { requireService } from '../services/show-service.ts';
import { showTemplateUsage, type UsageDeps } from '../usage/show-template-usage.ts';
import { usageWindow } from '../usage/template-usage.ts';
import { readStatusCounts, type StatisticsDeps } from './read-status-counts.ts';
import type { ServiceWindow } from './show-service-statistics.ts';
import { listCountedTemplates, type CountedTemplate } from './status-count-repository.ts';

/** How often a template was used. */
export interface TemplateCount {
  readonly template: CountedTemplate;
  readonly count: number;
}

export type TemplateStatusCount = TemplateCount & { readonly status: NotificationStatus };

/**
 * How often the templates of a service were used in the last days, by what became of the messages, in the order of their
 * names (data sheet §4.2).
 *
 * @throws AppError NOT_FOUND
 */
export async function showTemplateStatistics(
  deps: StatisticsDeps,
  { serviceId, limitDays }: ServiceWindow,
): Promise<TemplateStatusCount[]> {
  await requireService(deps, serviceId);
  const days = usageWindow(londonDate(deps.clock.now()), limitDays);
  const counts = await readStatusCounts(deps, { serviceId, by: 'template', days, period: 'all' });
  const sums = new Map<string, Map<NotificationStatus, number>>();
  for (const { of: templateId, status, count } of counts) {
    const ofTemplate = sums.get(templateId!) ?? new Map<NotificationStatus, number>();
    sums.set(templateId!, ofTemplate.set(status, (ofTemplate.get(status) ?? 0) + count));
  }
  const templates = await listCountedTemplates(deps.db, serviceId, [...sums.keys()]);
  return templates.flatMap((template) =>
    notificationStatuses.flatMap((status) => {
      const count = sums.get(template.id)?.get(status);
      return count === undefined ? [] : [{ template, status, count }];
    }),
  );
}

/**
 * The same without what became of the messages: from Redis, as dashboards poll it (data sheet §3.3).
 *
 * @throws AppError NOT_FOUND
 */
export async function showTemplateTotals(
  deps: UsageDeps,
  { serviceId, limitDays }: ServiceWindow,
): Promise<TemplateCount[]> {
  const totals = new Map<string, number>();
  for (const { usage } of await showTemplateUsage(deps, { serviceId, days: limitDays })) {
    for (const [id, count] of usage) totals.set(id, (totals.get(id) ?? 0) + count);
  }
  const templates = await listCountedTemplates(deps.db, serviceId, [...totals.keys()]);
  return templates.map((template) => ({ template, count: totals.get(template.id)! }));
}
