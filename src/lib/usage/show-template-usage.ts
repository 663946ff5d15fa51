import { isAppError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import { londonDate, londonMidnightUtc, type CalendarDate } from '../core/london-time.ts';
import { listTemplates } from '../templates/show-template.ts';
import type { HeldDay } from './template-usage-hashes.ts';
import { countUsageDay, rebuildUsageDay, type RebuildDeps } from './rebuild-usage-day.ts';
import { usageWindow, type TemplateUsage } from './template-usage.ts';

export interface UsageDeps extends Omit<RebuildDeps, 'hashes'> {
  readonly clock: Clock;
  /** Null: the process does without Redis. */
  readonly hashes: RebuildDeps['hashes'] | null;
}

/** Messages by template on one day, and where the figures are from. */
export interface ShownDay {
  readonly day: CalendarDate;
  readonly usage: TemplateUsage;
  readonly source: 'redis' | 'database';
}

/**
 * How often the templates of a service were used, today and on whole days before, the oldest first (data sheet §3.3). A day
 * that Redis does not hold, or not whole, is counted in the tables, and held from then on. Redis never makes it fail.
 *
 * @throws AppError NOT_FOUND for an unknown service
 */
export async function showTemplateUsage(
  deps: UsageDeps,
  { serviceId, days }: { serviceId: string; days?: number },
): Promise<ShownDay[]> {
  const templates = await listTemplates(deps, { serviceId, archived: true });
  const templateIds = templates.map(({ id }) => id);
  const shown: ShownDay[] = [];
  let { hashes } = deps;
  for (const day of usageWindow(londonDate(deps.clock.now()), days)) {
    const { isAway, ...one } = await showDay({ ...deps, hashes }, { serviceId, day, templateIds });
    // Waited for once: the days after it do without.
    if (isAway) hashes = null;
    shown.push(one);
  }
  return shown;
}

async function showDay(
  { db, ids, hashes }: UsageDeps,
  { serviceId, day, templateIds }: { serviceId: string; day: CalendarDate; templateIds: readonly string[] },
): Promise<ShownDay & { readonly isAway: boolean }> {
  const held = hashes === null ? null : await hashes.read({ serviceId, day }).catch(whenAway);
  if (held !== null && held !== 'away' && isWhole(held, day)) {
    return { day, usage: used(held.usage), source: 'redis', isAway: false };
  }
  let isAway = held === 'away';
  if (hashes !== null && !isAway) {
    const [rebuilt] = await rebuildUsageDay(
      { db, ids, hashes },
      { serviceIds: [serviceId], day, templates: templateIds },
    );
    if (rebuilt !== undefined && 'usage' in rebuilt) {
      return { day, usage: used(rebuilt.usage), source: 'database', isAway };
    }
    isAway = isAppError(rebuilt?.error, 'REDIS_UNAVAILABLE');
  }
  const { usage } = await countUsageDay({ db }, { serviceId, day });
  return { day, usage: used(usage.get(serviceId) ?? new Map<string, number>()), source: 'database', isAway };
}

/** Whether every message of the day was counted: the day began when Redis was holding usage, or the tables were counted. */
function isWhole({ since }: HeldDay, day: CalendarDate): boolean {
  return since === null || since <= londonMidnightUtc(day);
}

/** Without the zeros that only say that nothing was lost. */
function used(usage: TemplateUsage): TemplateUsage {
  return new Map([...usage].filter(([, count]) => count > 0));
}

function whenAway(error: unknown): 'away' {
  if (isAppError(error, 'REDIS_UNAVAILABLE')) return 'away';
  throw error;
}
