/**
 * All calendar arithmetic of the product. A "day" is a Europe/London calendar day written `YYYY-MM-DD`; it lasts 23, 24
 * or 25 hours (data sheet, "Conventions"). Nothing else may compute with local time.
 */

/** A calendar date `YYYY-MM-DD`. */
export type CalendarDate = string;

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const londonParts = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** Minutes by which London's clocks are ahead of UTC at an instant: 0 or 60 (since 1972). */
export function londonOffsetMinutes(instant: Date): number {
  const wall: Record<string, number> = {};
  for (const { type, value } of londonParts.formatToParts(instant)) wall[type] = Number(value);
  const wallAsUtc = Date.UTC(
    wall['year']!,
    wall['month']! - 1,
    wall['day'],
    wall['hour'],
    wall['minute'],
    wall['second'],
  );
  return Math.round((wallAsUtc - Math.floor(instant.getTime() / 1000) * 1000) / minuteMs);
}

/** The London calendar date of an instant. */
export function londonDate(instant: Date): CalendarDate {
  return new Date(instant.getTime() + londonOffsetMinutes(instant) * minuteMs).toISOString().slice(0, 10);
}

/** The London wall clock of an instant as `HH:MM`. */
export function londonClockTime(instant: Date): string {
  return new Date(instant.getTime() + londonOffsetMinutes(instant) * minuteMs).toISOString().slice(11, 16);
}

/**
 * The UTC instant of 00:00 London time on a date (data sheet, `londonMidnightUtc`).
 *
 * @throws RangeError when the text is not a real date `YYYY-MM-DD`
 */
export function londonMidnightUtc(date: CalendarDate): Date {
  const utcMidnight = utcMidnightOf(date);
  // British clocks change at 01:00 UTC, never between 23:00 and 01:00, so the offset at UTC midnight is the offset at
  // London midnight.
  return new Date(utcMidnight - londonOffsetMinutes(new Date(utcMidnight)) * minuteMs);
}

/**
 * The UTC instant at which London's clocks show a time `HH:MM` on a date. Of a time that they show twice, the
 * second; for one that they skip, an hour before.
 *
 * @throws RangeError when the date or the time is none
 */
export function londonTimeUtc(date: CalendarDate, time: string): Date {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) throw new RangeError(`'${time}' is not a time HH:MM`);
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  const wall = utcMidnightOf(date) + (hours * 60 + minutes) * minuteMs;
  return new Date(wall - londonOffsetMinutes(new Date(wall)) * minuteMs);
}

/** The half-open interval [start, end) of UTC instants of a London day. */
export function londonDay(date: CalendarDate): { start: Date; end: Date } {
  return { start: londonMidnightUtc(date), end: londonMidnightUtc(addDays(date, 1)) };
}

/**
 * Calendar addition; `days` may be negative.
 *
 * @throws RangeError when `date` is none, or the result is outside the years 0000 to 9999
 */
export function addDays(date: CalendarDate, days: number): CalendarDate {
  const sum = new Date(utcMidnightOf(date) + days * dayMs).toISOString().slice(0, 10);
  if (!isCalendarDate(sum)) throw new RangeError(`${days} days after ${date} is outside the calendar`);
  return sum;
}

/** The day of the week of a date: 0 is Sunday, 6 is Saturday. */
export function weekdayOf(date: CalendarDate): number {
  return new Date(utcMidnightOf(date)).getUTCDay();
}

/** Whole calendar days from one date to another (negative when `to` is earlier). */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return (utcMidnightOf(to) - utcMidnightOf(from)) / dayMs;
}

/** The year in which the financial year of a date starts: 1 April to 31 March. */
export function financialYear(date: CalendarDate): number {
  const year = Number(date.slice(0, 4));
  return date.slice(5) >= '04-01' ? year : year - 1;
}

/** The half-open interval [start, end) of a financial year, in UTC. */
export function financialYearInterval(startYear: number): { start: Date; end: Date } {
  return { start: londonMidnightUtc(`${startYear}-04-01`), end: londonMidnightUtc(`${startYear + 1}-04-01`) };
}

/** The first and the last day of a financial year. */
export function financialYearDays(startYear: number): { first: CalendarDate; last: CalendarDate } {
  return { first: `${startYear}-04-01`, last: `${startYear + 1}-03-31` };
}

/** The UTC calendar date of an instant (daily limits count UTC days). */
export function utcDate(instant: Date): CalendarDate {
  return instant.toISOString().slice(0, 10);
}

/** 00:00 UTC of the day that contains an instant. */
export function utcMidnight(instant: Date): Date {
  return new Date(utcMidnightOf(utcDate(instant)));
}

/** True when the text is a real calendar date `YYYY-MM-DD`. */
export function isCalendarDate(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text)
  );
}

function utcMidnightOf(date: CalendarDate): number {
  if (!isCalendarDate(date)) throw new RangeError(`'${date}' is not a date YYYY-MM-DD`);
  return Date.parse(date);
}
