import type { Queryable } from '../db/database.ts';
import { lockDailyTotal, MissingDailyCounts } from './daily-count-repository.ts';
import type { DailyCountKey } from './daily-count.ts';

/**
 * The exact total of a counter, which stays as it is until the transaction ends: whoever stores messages of this service
 * and type waits. To be run in `storeCounted`.
 *
 * @throws MissingDailyCounts when the counter has no row; `storeCounted` makes it good
 */
export async function holdDailyTotal(tx: Queryable, key: DailyCountKey): Promise<number> {
  const total = await lockDailyTotal(tx, key);
  if (total === null) throw new MissingDailyCounts([key]);
  return total;
}
