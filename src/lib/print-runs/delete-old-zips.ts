import type { Clock } from '../core/clock.ts';
import { addDays, londonDate, londonMidnightUtc } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import { deleteInBatches } from '../db/delete-in-batches.ts';
import { deleteOldZips } from './letter-zip-repository.ts';
import { deleteOldPrintRequests } from './print-request-repository.ts';
import { deleteGoneFiles } from './provider-file-repository.ts';

/** Longer than letters are kept, or asked for by the provider. */
const keptDays = 90;
/** Each has up to 500 letters. */
const batchSize = 50;
const rowsAtOnce = 10_000;

/**
 * Forgets zips of long ago, with their lists of letters; the records in the storage stay. The same for letters that were
 * given to the provider's API, and files of its that are gone. Returns how many zips went.
 */
export async function deleteOldLetterZips({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  const before = addDays(londonDate(clock.now()), -keptDays);
  const time = londonMidnightUtc(before);
  await deleteInBatches(rowsAtOnce, (limit) => deleteOldPrintRequests(db, time, limit));
  await deleteInBatches(rowsAtOnce, (limit) => deleteGoneFiles(db, time, limit));
  return deleteInBatches(batchSize, (limit) => deleteOldZips(db, before, limit));
}
