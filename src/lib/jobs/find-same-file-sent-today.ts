import type { Clock } from '../core/clock.ts';
import { londonDate, londonMidnightUtc } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import { keptFileName } from '../uploads/stored-csv.ts';
import { wasFileSentSince, type SentFile } from './sent-file-repository.ts';

/**
 * Whether a file of this name was sent with this version of the template since midnight in London, and not cancelled: then
 * it is refused, since it is most likely the same file (jobs sheet §8, file error 6).
 *
 * @param file its `fileName` in any spelling
 */
export function isSameFileSentToday({ db, clock }: { db: Queryable; clock: Clock }, file: SentFile): Promise<boolean> {
  const midnight = londonMidnightUtc(londonDate(clock.now()));
  return wasFileSentSince(db, { ...file, fileName: keptFileName(file.fileName) }, midnight);
}
