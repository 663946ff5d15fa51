import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { deleteInBatches } from '../db/delete-in-batches.ts';
import { idempotencyKeyLifeMs } from './idempotency-key.ts';
import { deleteIdempotencyKeys } from './idempotency-repository.ts';

const batchSize = 5000;

/** Forgets idempotency keys after their 24 hours, in batches. Returns how many. */
export async function deleteOldIdempotencyKeys({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  const before = new Date(clock.now().getTime() - idempotencyKeyLifeMs);
  return deleteInBatches(batchSize, (limit) => deleteIdempotencyKeys(db, before, limit));
}
