import type { Clock } from '../core/clock.ts';
import { addDays, utcDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import { deleteDailyCountsBefore } from './daily-count-repository.ts';

const keptDays = 2;
const batchSize = 10_000;

/** Deletes the daily counters of days that are over for more than two days, in batches. Returns how many went. */
export async function deleteOldDailyCounts({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  const before = addDays(utcDate(clock.now()), -keptDays);
  let total = 0;
  for (;;) {
    const deleted = await deleteDailyCountsBefore(db, before, batchSize);
    total += deleted;
    if (deleted < batchSize) return total;
  }
}
