import { isCalendarDate, londonTimeUtc } from './london-time.ts';

/** The times that providers write, such as `2016-07-05 17:01:07`: ISO 8601 with its separators or without some. */
interface WrittenTime {
  readonly date: string;
  /** `HH:MM` */
  readonly minute: string;
  /** Milliseconds within the minute. */
  readonly rest: number;
  /** Minutes ahead of UTC; null when it does not say. */
  readonly offset: number | null;
}

const pattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?(?: ?(Z|[+-]\d\d(?::?\d\d)?))?$/i;

function readTime(text: string): WrittenTime | null {
  const match = pattern.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '0', zone] = match;
  const date = `${year}-${month}-${day}`;
  if (!isCalendarDate(date) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const rest = Number(second) * 1000 + Math.floor(Number(`0.${fraction}`) * 1000);
  return { date, minute: `${hour}:${minute}`, rest, offset: zone === undefined ? null : offsetMinutes(zone) };
}

function offsetMinutes(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || 0)];
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

const asUtc = ({ date, minute, rest }: WrittenTime): number => Date.parse(`${date}T${minute}:00Z`) + rest;

/**
 * The time in a delivery receipt (delivery sheet §6.1): without an offset it is London's; null for anything else.
 */
export function readReceiptTime(text: string): Date | null {
  const time = readTime(text);
  if (time === null) return null;
  if (time.offset === null) return new Date(londonTimeUtc(time.date, time.minute).getTime() + time.rest);
  return new Date(asUtc(time) - time.offset * 60_000);
}

/**
 * The time of a received text (delivery sheet §6.4): taken for UTC, whatever its offset says; null for anything else.
 */
export function readReceivedTextTime(text: string): Date | null {
  const time = readTime(text);
  return time === null ? null : new Date(asUtc(time));
}
