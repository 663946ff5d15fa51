import { AppError } from '../core/errors.ts';
import { addDays, londonDate, londonMidnightUtc } from '../core/london-time.ts';
import { requireService } from '../services/show-service.ts';
import { usageWindow } from '../usage/template-usage.ts';
import type { StatisticsDeps } from './read-status-counts.ts';
import { findLastFact, findLastMessage, listCountedTemplates } from './status-count-repository.ts';
import { listFactRuns } from './status-fact-repository.ts';
import { liveSpans } from './status-count.ts';

const daysOfYear = 365;

/**
 * When a template was last used in the last year (data sheet §4.2): the moment if that was today, else 00:00 UTC of the
 * day; null when it was not. Test keys do not count.
 *
 * @throws AppError NOT_FOUND for a template that the service has not
 */
export async function findLastUse(
  { db, clock }: StatisticsDeps,
  { serviceId, templateId }: { serviceId: string; templateId: string },
): Promise<Date | null> {
  await requireService({ db }, serviceId);
  const template = { serviceId, templateId };
  if ((await listCountedTemplates(db, serviceId, [templateId])).length === 0) {
    throw new AppError('NOT_FOUND', `The service has no template with the id '${templateId}'`);
  }
  const today = londonDate(clock.now());
  const thisDay = { start: londonMidnightUtc(today), end: londonMidnightUtc(addDays(today, 1)) };
  const usedToday = await findLastMessage(db, template, thisDay);
  if (usedToday !== null) return usedToday;

  const days = usageWindow(addDays(today, -1), daysOfYear - 1);
  const past = { since: days[0]!, until: days.at(-1)! };
  const found = await findLastFact(db, template, past);
  const spans = liveSpans(days, { today, runs: await listFactRuns(db, past), period: 'all' });
  for (const span of spans.reverse()) {
    // What is older than the newest fact changes nothing.
    if (found !== null && span.end <= londonMidnightUtc(addDays(found, 1))) break;
    const used = await findLastMessage(db, template, span);
    if (used !== null && (found === null || londonDate(used) > found)) return midnight(londonDate(used));
  }
  return found === null ? null : midnight(found);
}

function midnight(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}
