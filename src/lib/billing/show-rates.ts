import { londonMidnightUtc, type CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import {
  crownOf,
  letterRateMissing,
  smsRateMissing,
  type LetterRate,
  type LetterToPrice,
  type SmsRate,
} from './rate.ts';
import { findSmsRate, listAllLetterRates, listAllSmsRates, listLetterRates } from './rate-repository.ts';

interface Deps {
  readonly db: Queryable;
}

/**
 * Pounds for one fragment of a text of a day: the newest rate that is valid at its midnight in London (data sheet §5.1).
 *
 * @throws AppError RATE_MISSING
 */
export async function showSmsRate({ db }: Deps, day: CalendarDate): Promise<SmsRate> {
  const rate = await findSmsRate(db, day);
  if (rate === null) throw smsRateMissing(day);
  return rate;
}

/**
 * Pounds for a letter of a day, all its sheets together (letters sheet §13); one without sheets costs nothing.
 *
 * @throws AppError RATE_MISSING
 */
export async function showLetterRate({ db }: Deps, letter: LetterToPrice): Promise<number> {
  const { day, sheets, postage, crown } = letter;
  if (sheets === 0) return 0;
  const rate = (await listLetterRates(db, day)).find(
    (row) => row.sheetCount === sheets && row.postClass === postage && row.crown === crownOf(crown),
  );
  if (rate === undefined) throw letterRateMissing(letter);
  return rate.rate;
}

/** All rates of letters and texts. */
export interface Rates {
  readonly sms: readonly SmsRate[];
  readonly letters: readonly LetterRate[];
}

/** The rates of a day; without one all there are, the oldest first. */
export async function listRates({ db }: Deps, day: CalendarDate | null): Promise<Rates> {
  if (day === null) return { sms: await listAllSmsRates(db), letters: await listAllLetterRates(db) };
  const sms = await findSmsRate(db, day);
  return { sms: sms === null ? [] : [sms], letters: await listLetterRates(db, day) };
}

/** The rates of a day, and then those that begin later. */
export async function listRatesSince(deps: Deps, day: CalendarDate): Promise<Rates> {
  const midnight = londonMidnightUtc(day);
  const [current, all] = [await listRates(deps, day), await listRates(deps, null)];
  return {
    sms: [...current.sms, ...all.sms.filter(({ validFrom }) => validFrom > midnight)],
    letters: [...current.letters, ...all.letters.filter(({ startDate }) => startDate > midnight)],
  };
}
