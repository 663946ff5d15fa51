import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { idempotencyKeyLifeMs } from './idempotency-key.ts';
import { deleteIdempotencyKeys } from './idempotency-repository.ts';

const batchSize = 5000;

/** Forgets idempotency keys after their 24 hours, in batches. Returns how many. */
export async function deleteOldIdempotencyKeys({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  const before = new Date(clock.now().getTime() - idempotencyKeyLifeMs);
  let total = 0;
  for (;;) {
    const deleted = await deleteIdempotencyKeys(db, before, batchSize);
    total += deleted;
    if (deleted < batchSize) return total;
  }
}
