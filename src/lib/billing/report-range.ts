import { AppError } from '../core/errors.ts';
import { financialYear, type CalendarDate } from '../core/london-time.ts';

/** Days in London, both included, of one financial year. */
export interface ReportRange {
  readonly start: CalendarDate;
  readonly end: CalendarDate;
}

/**
 * The financial year of a report's days (admin API sheet §4.13).
 *
 * @throws AppError REQUEST_INVALID for days in the wrong order, or of two years
 */
export function yearOfRange({ start, end }: ReportRange): number {
  if (start > end)
    throw refused(`The last day is ${end}: expected ${start} or later`, 'Start date must be before end date');
  if (financialYear(start) === financialYear(end)) return financialYear(start);
  const problem = `${start} and ${end} are not of one financial year: expected days from 1 April to 31 March`;
  throw refused(problem, 'Date must be in a single financial year.');
}

/** @param answer what the internal API says */
function refused(message: string, answer: string): AppError {
  return new AppError('REQUEST_INVALID', message, { details: { answer } });
}
