import type { Clock } from '../core/clock.ts';
import type { CalendarDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import {
  compareDespatchFacts,
  lockDespatchFacts,
  replaceDespatchFacts,
  type CountedDespatch,
} from './despatch-fact-repository.ts';
import { pricedTransaction } from './priced-transaction.ts';

/**
 * Counts the letters that the printer despatched on a day in London by postage, sheets, price of postage and rate, and puts
 * the counts in the place of that day's facts, in one transaction (data sheet §5.1). With letters that no rate is known for
 * the facts stay as they are.
 */
export async function rebuildDespatchFacts(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  { day, dryRun = false }: { day: CalendarDate; dryRun?: boolean },
): Promise<CountedDespatch> {
  if (dryRun) return compareDespatchFacts(db, day);
  return pricedTransaction(db, async (tx) => {
    await lockDespatchFacts(tx, day);
    return replaceDespatchFacts(tx, day, clock.now());
  });
}
