import { isCalendarDate } from '../core/london-time.ts';

/** The times of documents: UTC in whole seconds, its offset written as numbers (broadcasts sheet §5). */

const dateTime = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:Z|([+-])(\d{2}):?(\d{2}))$/i;

/** `sent` and `expires`: fractions of a second are cut off. */
export function toBroadcastDateTime(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}-00:00`;
}

/** `sent` of a link test: the minute, and its offset with the other sign. */
export function toLinkTestDateTime(instant: Date): string {
  return `${instant.toISOString().slice(0, 16)}:00+00:00`;
}

/** The instant of an ISO 8601 date and time with an offset, in whole seconds; null for anything else. */
export function readBroadcastDateTime(text: string): Date | null {
  const match = dateTime.exec(text);
  if (match === null) return null;
  const [, date, hour, minute, second = '00', sign, offsetHour = '0', offsetMinute = '0'] = match;
  if (!isCalendarDate(date!) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  if (Number(offsetHour) > 14 || Number(offsetMinute) > 59) return null;
  const offsetMinutes = (sign === '-' ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  return new Date(Date.parse(`${date}T${hour}:${minute}:${second}Z`) - offsetMinutes * 60_000);
}

/** True for a spelling that CAP takes for `sent`: an offset in numbers, no fraction. */
export function isDocumentDateTime(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$/.test(text) && readBroadcastDateTime(text) !== null;
}
