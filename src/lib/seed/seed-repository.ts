import type { Queryable } from '../db/database.ts';

/** Of several processes that start with a seed, one plants it and the others wait for the end of its transaction. */
export async function lockSeeding(tx: Queryable): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('notify seed', 0))`);
}
