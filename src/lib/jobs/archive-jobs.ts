import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { londonMidnightUtc, type CalendarDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import { archiveCreatedBetween, countCreatedBetween } from './job-retention-repository.ts';

const jobsOfStatement = 1000;

/**
 * Marks the jobs as archived that were created on London days from `start` to the day before `end` (jobs sheet §6); files
 * stay. With `dryRun`, only counts them. Returns how many.
 *
 * @throws AppError USAGE_INVALID when `end` is not after `start`
 */
export async function archiveJobs(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  {
    start,
    end,
    dryRun = false,
  }: { readonly start: CalendarDate; readonly end: CalendarDate; readonly dryRun?: boolean },
): Promise<number> {
  if (end <= start) throw new AppError('USAGE_INVALID', `The end ${end} is not after the start ${start}`);
  const days = { start: londonMidnightUtc(start), end: londonMidnightUtc(end) };
  if (dryRun) return countCreatedBetween(db, days.start, days.end);
  for (let archived = 0; ;) {
    const count = await archiveCreatedBetween(db, { ...days, at: clock.now(), limit: jobsOfStatement });
    archived += count;
    if (count < jobsOfStatement) return archived;
  }
}
