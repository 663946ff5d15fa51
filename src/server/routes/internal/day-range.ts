import type { FastifyRequest } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { AppError } from '../../../lib/core/errors.ts';
import { daysBetween, isCalendarDate, londonDate, type CalendarDate } from '../../../lib/core/london-time.ts';
import type { DayRange } from '../../../lib/statistics/show-platform-statistics.ts';
import { parameter, queryOf } from './requests.ts';

/** An answer must have a limit. */
const mostDays = 3650;

/** `start_date` and `end_date`, both included; each is today where it is left out. @throws AppError REQUEST_INVALID */
export function dayRangeIn({ clock }: Pick<App, 'clock'>, request: FastifyRequest): DayRange {
  const today = londonDate(clock.now());
  const start = dateIn(request, 'start_date') ?? today;
  const end = dateIn(request, 'end_date') ?? today;
  if (start > end) throw new AppError('REQUEST_INVALID', 'Start date must be before end date');
  if (daysBetween(start, end) <= mostDays) return { start, end };
  throw new AppError('REQUEST_INVALID', `Dates must be at most ${mostDays} days apart`);
}

/** `start_date` and `end_date`, both included, neither left out. @throws AppError REQUEST_INVALID */
export function requiredDayRangeIn(request: FastifyRequest): DayRange {
  return { start: dateIn(request, 'start_date') ?? noDate(), end: dateIn(request, 'end_date') ?? noDate() };
}

/** A day that must be there. @throws AppError REQUEST_INVALID */
export function requiredDateIn(request: FastifyRequest, name: string): CalendarDate {
  return dateIn(request, name) ?? noDate();
}

function dateIn(request: FastifyRequest, name: string): CalendarDate | null {
  const text = parameter(queryOf(request), name);
  if (text === undefined) return null;
  if (isCalendarDate(text)) return text;
  return noDate();
}

function noDate(): never {
  throw new AppError('REQUEST_INVALID', 'Input must be a date in the format: YYYY-MM-DD');
}
