import { AppError } from '../core/errors.ts';
import { addDays, londonClockTime, londonDate, londonTimeUtc, type CalendarDate } from '../core/london-time.ts';

/** London time at which the letters of a day are closed. */
const printCutOff = '17:30';

/** London times between which the collation of a day is started (letters sheet §9). */
const collationFrom = '17:50';
const collationUntil = '18:50';

/** Which letters a print run is made of. */
export interface PrintDeadline {
  /** The London day that the run is named after. */
  readonly printDate: CalendarDate;
  /** Letters created before it are in the run. */
  readonly deadline: Date;
}

/** The last half past five that has passed in London: the whole night through, runs have the same. */
export function lastDeadline(now: Date): PrintDeadline {
  const today = londonDate(now);
  const printDate = londonClockTime(now) < printCutOff ? addDays(today, -1) : today;
  return { printDate, deadline: londonTimeUtc(printDate, printCutOff) };
}

/**
 * The deadline of a day that somebody names.
 *
 * @throws AppError REFUSED when it lies ahead: letters that are still to come belong to that run
 */
export function deadlineOf(printDate: CalendarDate, now: Date): PrintDeadline {
  const deadline = londonTimeUtc(printDate, printCutOff);
  if (deadline <= now) return { printDate, deadline };
  throw new AppError('REFUSED', `The letters of ${printDate} are not all there before ${printCutOff} in London`);
}

/** Whether the schedule starts the collation now. It asks at 16:50 and 17:50 UTC; one of both is 17:50 in London. */
export function isCollationTime(now: Date): boolean {
  const time = londonClockTime(now);
  return time >= collationFrom && time < collationUntil;
}
