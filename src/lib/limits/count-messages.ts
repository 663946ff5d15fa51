import { utcDate } from '../core/london-time.ts';
import type { Database, Queryable } from '../db/database.ts';
import { addToDailyCounts, MissingDailyCounts, takeFromDailyCounts } from './daily-count-repository.ts';
import { toIncrements, type CountedMessage, type DailyCount, type StoredCount } from './daily-count.ts';
import { ensureDailyCount } from './ensure-daily-count.ts';

/**
 * Counts messages in the transaction that stores them, and returns the totals for `limits.stored`, to be told after the
 * commit. The counter rows stay locked until then: let it be the last statement. Run it in `storeCounted`, which makes a
 * missing row good.
 *
 * @throws MissingDailyCounts when a counter row is missing; the transaction must not commit
 */
export async function countMessages(tx: Queryable, messages: readonly CountedMessage[]): Promise<StoredCount[]> {
  const increments = toIncrements(messages);
  return increments.length === 0 ? [] : addToDailyCounts(tx, increments);
}

/**
 * A transaction in which `countMessages` is called. When a counter row is missing, it is rolled back, the row is built
 * from the stored messages, and the whole transaction runs again.
 *
 * That makes the totals exact, however many transactions run at the same time. A transaction commits only if it found its
 * row, so its messages were added after the row was there. The row was built from the messages that had been committed
 * before: had this transaction been among them, it would have needed the row that did not exist yet. So each message is
 * either in the first total or added to it, never both and never neither.
 */
export async function storeCounted<Result>(db: Database, work: (tx: Queryable) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (!(error instanceof MissingDailyCounts) || attempt === maxAttempts) throw error;
      for (const key of error.missing) await ensureDailyCount(db, key);
    }
  }
}

// The second attempt finds the rows; only those of days long over can be deleted again.
const maxAttempts = 5;

/**
 * Gives messages back that will not be sent, in the transaction that cancels them, and returns the totals for
 * `limits.givenBack`. Only messages of the present UTC day count again, and no total falls below 0 (data sheet §4.4).
 */
export async function giveBackMessages(
  tx: Queryable,
  { messages, now }: { messages: readonly CountedMessage[]; now: Date },
): Promise<DailyCount[]> {
  const today = utcDate(now);
  const decrements = toIncrements(messages).filter(({ day }) => day === today);
  return decrements.length === 0 ? [] : takeFromDailyCounts(tx, decrements);
}
