import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { completeJobs } from './job-row-repository.ts';

const minuteMs = 60_000;
/** How long all rows of the largest file may take; jobs that are older are looked at for missing rows. */
export const rowsDueAfterMs = 20 * minuteMs;

/**
 * Tells jobs complete of which every row is dealt with, that finished between 20 minutes and one minute ago (jobs sheet §6,
 * update-status-of-fully-processed-jobs). A row that trial mode does not allow is dealt with. Returns their ids.
 */
export async function completeFinishedJobs({
  db,
  clock,
}: {
  readonly db: Database;
  readonly clock: Clock;
}): Promise<string[]> {
  const at = clock.now();
  const after = new Date(at.getTime() - rowsDueAfterMs);
  return completeJobs(db, { after, before: new Date(at.getTime() - minuteMs), at });
}
