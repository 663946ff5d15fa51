import type { Database, Queryable } from '../db/database.ts';
import { findDailyCount, insertCountedRow, lockDailyCount } from './daily-count-repository.ts';
import type { DailyCountKey } from './daily-count.ts';

/**
 * The total of a counter, from its row; a missing row is built from the messages of the day. Of several processes that
 * find it missing, one counts and the others wait for its row (DESIGN promise: no count in the way of requests, and a
 * missing counter is rebuilt once).
 */
export async function ensureDailyCount(db: Database, key: DailyCountKey): Promise<number> {
  return (await findDailyCount(db, key)) ?? (await db.transaction((tx) => buildDailyCount(tx, key)));
}

async function buildDailyCount(tx: Queryable, key: DailyCountKey): Promise<number> {
  await lockDailyCount(tx, key);
  const built = await findDailyCount(tx, key);
  if (built !== null) return built;
  await insertCountedRow(tx, key);
  return (await findDailyCount(tx, key)) ?? 0;
}
