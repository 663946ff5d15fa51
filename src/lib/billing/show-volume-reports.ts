import type { Queryable } from '../db/database.ts';
import { fillAllowances } from './fill-allowances.ts';
import { multiplyPounds, type Pounds } from './pounds.ts';
import { yearOfRange, type ReportRange } from './report-range.ts';
import {
  listDayVolumes,
  listDespatchedLetters,
  listProviderDays,
  listServiceVolumes,
  type DayVolumes,
  type DespatchedLetters,
  type ProviderDay,
  type ServiceVolumes,
} from './report-repository.ts';
import type { ReportDeps } from './show-billing-report.ts';

/** Reports of what all services sent (admin API sheet §3.6), made of the facts of the days alone. */

/** All messages by day. @throws AppError REQUEST_INVALID for days in the wrong order, or of two financial years */
export async function showDailyVolumes({ db }: { db: Queryable }, range: ReportRange): Promise<DayVolumes[]> {
  yearOfRange(range);
  return listDayVolumes(db, range);
}

/** Texts by day and provider. @throws AppError REQUEST_INVALID for days in the wrong order, or of two financial years */
export async function showProviderVolumes({ db }: { db: Queryable }, range: ReportRange): Promise<ProviderDay[]> {
  yearOfRange(range);
  return listProviderDays(db, range);
}

/**
 * Live services and others that sent messages, by organisation and name, with the free allowance of the financial year.
 *
 * @throws AppError REQUEST_INVALID; VALIDATION_FAILED for a year without rates or one that has not begun
 */
export async function showServiceVolumes(deps: ReportDeps, range: ReportRange): Promise<ServiceVolumes[]> {
  const year = yearOfRange(range);
  await fillAllowances(deps, { year });
  return listServiceVolumes(deps.db, { ...range, year });
}

/** Letters by the day on which the printer despatched them. @throws AppError REQUEST_INVALID as above */
export async function showDespatchedLetters(
  { db }: { db: Queryable },
  range: ReportRange,
): Promise<(DespatchedLetters & { readonly cost: Pounds })[]> {
  yearOfRange(range);
  const letters = await listDespatchedLetters(db, range);
  return letters.map((each) => ({ ...each, cost: multiplyPounds(each.rate, each.letters) }));
}
