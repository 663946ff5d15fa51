import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { deleteInBatches } from '../db/delete-in-batches.ts';
import { deleteDeliveriesBefore } from './callback-delivery-repository.ts';

const keptMs = 7 * 24 * 60 * 60 * 1000;
const batchSize = 10_000;

/** Forgets callbacks that are older than seven days, in batches. Returns how many went. */
export async function deleteOldCallbackDeliveries({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  const before = new Date(clock.now().getTime() - keptMs);
  return deleteInBatches(batchSize, (limit) => deleteDeliveriesBefore(db, before, limit));
}
