import { isAppError, type AppError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import { financialYearDays, londonDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { billingYear, type Allowance } from './allowance.ts';
import { billingTypes } from './billing-fact.ts';
import { recomputeToday } from './rebuild-billing-facts.ts';
import { showAllowance } from './show-allowance.ts';
import { listSentMessages, listTextRuns, readLastCount } from './usage-repository.ts';
import { chargeMessages, chargeTexts, combineLines, type Usage } from './usage.ts';

interface ShowUsageDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
}

export interface ShowUsageInput {
  readonly serviceId: string;
  readonly year: number;
  /** Of a year, letters are told apart by rate only. */
  readonly by: 'month' | 'year';
}

export interface UsageOfYear {
  readonly allowance: Allowance;
  /** By period and type: emails, texts, letters. */
  readonly lines: readonly Usage[];
  /** Messages of today that are left out, for no rate is known for them. */
  readonly problem: AppError | null;
}

/**
 * What a service sent in a financial year, and what it costs (data sheet §5.2). Of the present year, what it sent today is
 * counted first: each time for months; for the sum of the year, which dashboards ask for all the time, once a minute.
 *
 * @throws AppError NOT_FOUND; VALIDATION_FAILED for a year without rates or one that has not begun
 */
export async function showUsage(deps: ShowUsageDeps, { serviceId, year, by }: ShowUsageInput): Promise<UsageOfYear> {
  const allowance = await showAllowance(deps, { serviceId, year });
  const problem = year === billingYear(deps.clock.now()) ? await countToday(deps, { serviceId, by }) : null;
  const { first, last } = financialYearDays(year);
  const scope = { first, last, serviceId, period: by === 'month' ? 'month' : 'all' } as const;
  const [runs, sent] = await Promise.all([listTextRuns(deps.db, scope), listSentMessages(deps.db, scope)]);
  const lines = [...chargeTexts(runs, allowance.limit), ...sent.map(chargeMessages)];
  const shown = by === 'month' ? lines : combineLines(lines, ({ type, rate }) => `${type} ${rate}`);
  return { allowance, lines: sortLines(shown), problem };
}

const minuteMs = 60_000;

/** @returns why something is not counted, or null */
async function countToday(
  deps: ShowUsageDeps,
  { serviceId, by }: Pick<ShowUsageInput, 'serviceId' | 'by'>,
): Promise<AppError | null> {
  const now = deps.clock.now();
  if (by === 'year') {
    const last = await readLastCount(deps.db, { serviceId, day: londonDate(now) });
    const age = last === null ? Infinity : now.getTime() - last.getTime();
    if (age >= 0 && age < minuteMs) return null;
  }
  const { permissions } = await requireService(deps, serviceId);
  const types = billingTypes.filter((type) => permissions.includes(type));
  try {
    await recomputeToday(deps, { serviceId, types });
    return null;
  } catch (error) {
    if (isAppError(error, 'RATE_MISSING')) return error;
    throw error;
  }
}

function sortLines(lines: readonly Usage[]): Usage[] {
  const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return lines.toSorted(
    (a, b) =>
      byText(a.period, b.period) ||
      billingTypes.indexOf(a.type) - billingTypes.indexOf(b.type) ||
      byText(a.postage, b.postage) ||
      Number(a.rate) - Number(b.rate),
  );
}
