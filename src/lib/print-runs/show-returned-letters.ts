import type { Clock } from '../core/clock.ts';
import { addDays, londonDate, type CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import type { ReportedLetter, ReturnedLetterDay } from './returned-letter.ts';
import { countReturnedLetters, findNewestReport, listReportedLetters } from './returned-letter-report-repository.ts';

interface Deps {
  readonly db: Queryable;
}

const recentDays = 7;

/**
 * How many letters of a service came back in the last seven days and today, and when the newest of all was reported
 * (admin API sheet §4.12).
 *
 * @throws AppError NOT_FOUND
 */
export async function showReturnedLetterStatistics(
  { db, clock }: Deps & { readonly clock: Clock },
  { serviceId }: { serviceId: string },
): Promise<{ count: number; newestReport: CalendarDate | null }> {
  await requireService({ db }, serviceId);
  const since = addDays(londonDate(clock.now()), -recentDays);
  const days = await countReturnedLetters(db, { serviceId, since });
  const count = days.reduce((sum, day) => sum + day.count, 0);
  return { count, newestReport: await findNewestReport(db, serviceId) };
}

/** How many letters of a service came back on each day of a report, the newest first. @throws AppError NOT_FOUND */
export async function showReturnedLetterSummary(
  { db }: Deps,
  { serviceId }: { serviceId: string },
): Promise<ReturnedLetterDay[]> {
  await requireService({ db }, serviceId);
  return countReturnedLetters(db, { serviceId });
}

/**
 * The letters of a service that were reported on a day, the newest first, and how many more there were that are known no
 * more.
 *
 * @throws AppError NOT_FOUND
 */
export async function showReturnedLetters(
  { db }: Deps,
  { serviceId, reportedAt }: { serviceId: string; reportedAt: CalendarDate },
): Promise<{ letters: ReportedLetter[]; orphaned: number }> {
  await requireService({ db }, serviceId);
  const days = await countReturnedLetters(db, { serviceId, since: reportedAt });
  const all = days.find((day) => day.reportedAt === reportedAt)?.count ?? 0;
  const letters = await listReportedLetters(db, { serviceId, reportedAt });
  return { letters, orphaned: Math.max(0, all - letters.length) };
}
