import type { Database, Queryable } from '../db/database.ts';

/** What was counted, and what of it no rate is known for. */
interface Counted {
  readonly unpriced: readonly unknown[];
}

/** Runs work in a transaction, which is rolled back when something has no rate; what was counted is told all the same. */
export async function pricedTransaction<Result extends Counted>(
  db: Database,
  work: (tx: Queryable) => Promise<Result>,
): Promise<Result> {
  try {
    return await db.transaction(async (tx) => {
      const counted = await work(tx);
      if (counted.unpriced.length > 0) throw new Unpriced(counted);
      return counted;
    });
  } catch (error) {
    if (error instanceof Unpriced) return error.counted as Result;
    throw error;
  }
}

class Unpriced extends Error {
  readonly counted: Counted;

  constructor(counted: Counted) {
    super('something has no rate');
    this.counted = counted;
  }
}
