import type { Clock } from '../core/clock.ts';
import { addDays, utcDate } from '../core/london-time.ts';
import { deleteInBatches } from '../db/delete-in-batches.ts';
import type { Database } from '../db/database.ts';
import { deleteEventsBefore } from './event-repository.ts';

const keptDays = 52 * 7;
const batchSize = 5000;

/** Deletes what happened more than 52 weeks ago (data sheet §1.2), in batches. Returns how much that was. */
export async function deleteOldEvents({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  const before = new Date(`${addDays(utcDate(clock.now()), -keptDays)}T00:00:00Z`);
  return deleteInBatches(batchSize, (limit) => deleteEventsBefore(db, { before, limit }));
}
