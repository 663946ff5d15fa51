import type { Clock } from '../core/clock.ts';
import { addDays, londonDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import { deleteInBatches } from '../db/delete-in-batches.ts';
import { deleteOldZips } from './letter-zip-repository.ts';

/** Longer than letters are kept, or asked for by the provider. */
const keptDays = 90;
/** Each has up to 500 letters. */
const batchSize = 50;

/** Forgets zips of long ago, with their lists of letters; the records in the storage stay. Returns how many went. */
export async function deleteOldLetterZips({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  const before = addDays(londonDate(clock.now()), -keptDays);
  return deleteInBatches(batchSize, (limit) => deleteOldZips(db, before, limit));
}
