import type { Clock } from '../core/clock.ts';
import { addDays, londonDate, type CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import { assertNotArchived } from '../retention/assert-not-archived.ts';
import { countProcessingTime, saveProcessingTime } from './processing-time-repository.ts';
import type { ProcessingTime } from './processing-time.ts';
import { assertOver } from './rebuild-status-facts.ts';

/**
 * Measures a day in London, yesterday without one, and keeps the result in place of an earlier one.
 *
 * @throws AppError USAGE_INVALID for a day that is not over; REFUSED for one whose history is archived
 */
export async function measureProcessingTime(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  { day, dryRun = false }: { readonly day?: CalendarDate; readonly dryRun?: boolean } = {},
): Promise<ProcessingTime> {
  const today = londonDate(clock.now());
  const measuredDay = day ?? addDays(today, -1);
  assertOver(measuredDay, today);
  await assertNotArchived({ db }, { since: measuredDay, until: measuredDay });
  const measured = await countProcessingTime(db, measuredDay);
  if (!dryRun) await saveProcessingTime(db, measured, clock.now());
  return measured;
}
