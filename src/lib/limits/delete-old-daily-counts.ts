import type { Clock } from '../core/clock.ts';
import { addDays, utcDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import { deleteInBatches } from '../db/delete-in-batches.ts';
import { deleteDailyCountsBefore } from './daily-count-repository.ts';

const keptDays = 2;
const batchSize = 10_000;

/** Deletes the daily counters of days that are over for more than two days, in batches. Returns how many went. */
export async function deleteOldDailyCounts({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  const before = addDays(utcDate(clock.now()), -keptDays);
  return deleteInBatches(batchSize, (limit) => deleteDailyCountsBefore(db, before, limit));
}
