import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { londonDate, type CalendarDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { assertNotArchived } from '../retention/assert-not-archived.ts';
import { requireService } from '../services/show-service.ts';
import type { BillingScope } from './billable-message-repository.ts';
import {
  compareBillingFacts,
  lockBillingFacts,
  replaceBillingFacts,
  saveBillingRun,
  tryRebuildLock,
  type CountedBilling,
} from './billing-fact-repository.ts';
import { billingTypes, rateMissingFor, type BillingTotals, type UnpricedMessages } from './billing-fact.ts';
import type { CountedDespatch } from './despatch-fact-repository.ts';
import { pricedTransaction } from './priced-transaction.ts';
import { rebuildDespatchFacts } from './rebuild-despatch-facts.ts';

export interface BillingDeps {
  readonly db: Database;
  readonly clock: Clock;
}

export interface RebuildBillingInput {
  readonly days: readonly CalendarDate[];
  /** Null: all services, archived ones too. */
  readonly serviceId: string | null;
  /** Only compare the facts with the tables. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  /** Called after each day. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a day's facts came to. */
export interface RebuiltBillingDay {
  readonly day: CalendarDate;
  readonly before: BillingTotals;
  readonly after: BillingTotals;
  /** Their services kept the facts that they had, and are in none of the totals. */
  readonly unpriced: readonly UnpricedMessages[];
  /** Null for one service: it is not known whose letters are despatched. */
  readonly despatch: CountedDespatch | null;
}

/**
 * Counts the billable messages of days in London by template, provider, rate and the like, and puts the counts in the place
 * of the facts (data sheet §5.1): one transaction for each day. Test keys are left out. A service with messages that no rate
 * is known for keeps its facts of that day; the others do not wait for it. May run again at any time.
 *
 * @throws AppError USAGE_INVALID for a day that has not begun; REFUSED for one whose history is archived; NOT_FOUND for an
 *   unknown service; DATABASE_UNAVAILABLE
 */
export async function countBilling(deps: BillingDeps, input: RebuildBillingInput): Promise<RebuiltBillingDay[]> {
  const { days, serviceId, signal, onProgress } = input;
  const today = londonDate(deps.clock.now());
  for (const day of days) assertBegun(day, today);
  const inOrder = days.toSorted();
  if (inOrder.length > 0) await assertNotArchived(deps, { since: inOrder[0]!, until: inOrder.at(-1)! });
  if (serviceId !== null) await requireService(deps, serviceId);
  const rebuilt: RebuiltBillingDay[] = [];
  for (const day of days) {
    signal?.throwIfAborted();
    rebuilt.push(await countDay(deps, { ...input, day }));
    onProgress?.(rebuilt.length, days.length);
  }
  return rebuilt;
}

/**
 * `countBilling` for an operator: one at a time. Holds one more connection.
 *
 * @throws AppError LOCKED while another process does the same; what `countBilling` throws
 */
export async function rebuildBillingFacts(deps: BillingDeps, input: RebuildBillingInput): Promise<RebuiltBillingDay[]> {
  if (input.dryRun === true) return countBilling(deps, input);
  return deps.db.transaction(async (lock) => {
    if (!(await tryRebuildLock(lock))) {
      throw new AppError('LOCKED', 'Another process counts the billing of past days now', {
        hint: 'Try again when it is done.',
      });
    }
    return countBilling(deps, input);
  });
}

/**
 * Counts what a service sent today, for who looks at its usage (data sheet §5.1).
 *
 * @param input.types what the service may send; its facts of other types stay
 * @throws AppError RATE_MISSING: the facts stay as they are
 */
export async function recomputeToday(
  { db, clock }: BillingDeps,
  { serviceId, types }: { serviceId: string; types: readonly NotificationType[] },
): Promise<void> {
  const day = londonDate(clock.now());
  const { unpriced } = await replaceFacts({ db, clock }, { day, serviceId, types, except: [] });
  if (unpriced[0] !== undefined) throw rateMissingFor(day, unpriced[0]);
}

async function countDay(
  deps: BillingDeps,
  { day, serviceId, dryRun = false }: RebuildBillingInput & { day: CalendarDate },
): Promise<RebuiltBillingDay> {
  const unpriced: UnpricedMessages[] = [];
  for (;;) {
    const except = [...new Set(unpriced.map((messages) => messages.serviceId))];
    const scope = { day, serviceId, types: billingTypes, except };
    const counted = dryRun ? await compareBillingFacts(deps.db, scope) : await replaceFacts(deps, scope);
    unpriced.push(...counted.unpriced);
    if (counted.unpriced.length > 0) continue;
    const despatch = serviceId === null ? await rebuildDespatchFacts(deps, { day, dryRun }) : null;
    const isComplete = unpriced.length === 0 && despatch?.unpriced.length === 0;
    if (isComplete && !dryRun) await saveBillingRun(deps.db, day, deps.clock.now());
    return { day, before: counted.before, after: counted.after, unpriced, despatch };
  }
}

function replaceFacts({ db, clock }: BillingDeps, scope: BillingScope): Promise<CountedBilling> {
  return pricedTransaction(db, async (tx) => {
    await lockBillingFacts(tx, scope);
    return replaceBillingFacts(tx, scope, clock.now());
  });
}

/** @throws AppError USAGE_INVALID */
function assertBegun(day: CalendarDate, today: CalendarDate): void {
  if (day <= today) return;
  throw new AppError('USAGE_INVALID', `The day ${day} has not begun: expected today (${today}) or a day before it`);
}
