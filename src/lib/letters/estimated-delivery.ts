import {
  addDays,
  londonClockTime,
  londonDate,
  londonTimeUtc,
  weekdayOf,
  type CalendarDate,
} from '../core/london-time.ts';
import { bankHolidays } from './bank-holidays.ts';
import type { Postage } from './postage.ts';

/** London time from which a letter counts as one of the next day. */
const printCutOff = '17:30';
const postArrives = '16:00';
const minuteMs = 60_000;

const saturday = 6;
const sunday = 0;

type IsWorkingDay = (date: CalendarDate) => boolean;

const isWeekday: IsWorkingDay = (date) =>
  weekdayOf(date) !== saturday && weekdayOf(date) !== sunday && !bankHolidays.has(date);
const isWeekdayOrSaturday: IsWorkingDay = (date) => weekdayOf(date) !== sunday && !bankHolidays.has(date);

interface Transit {
  /** Working days between the day of printing and that of delivery. */
  readonly fewestDays: number;
  readonly mostDays: number;
  readonly isDeliveryDay: IsWorkingDay;
}

const transits: Readonly<Record<Postage, Transit>> = {
  first: { fewestDays: 0, mostDays: 0, isDeliveryDay: isWeekdayOrSaturday },
  second: { fewestDays: 3, mostDays: 4, isDeliveryDay: isWeekday },
  economy: { fewestDays: 3, mostDays: 6, isDeliveryDay: isWeekday },
  europe: { fewestDays: 3, mostDays: 5, isDeliveryDay: isWeekday },
  'rest-of-world': { fewestDays: 5, mostDays: 7, isDeliveryDay: isWeekday },
};

/** London days on which a letter is printed, and between which it should arrive. */
export interface DeliveryDays {
  readonly printed: CalendarDate;
  readonly earliest: CalendarDate;
  readonly latest: CalendarDate;
}

/** When a letter is printed and arrives (letters sheet §4): printing and most post rest on weekends and bank holidays. */
export function deliveryDays(createdAt: Date, postage: Postage): DeliveryDays {
  const { fewestDays, mostDays, isDeliveryDay } = transits[postage];
  const day = londonDate(createdAt);
  const countsAs = londonClockTime(createdAt) >= printCutOff ? addDays(day, 1) : day;
  const printed = addWorkingDays(countsAs, 1, isWeekday);
  return {
    printed,
    earliest: addWorkingDays(printed, fewestDays + 1, isDeliveryDay),
    latest: addWorkingDays(printed, mostDays + 1, isDeliveryDay),
  };
}

/** The API's `estimated_delivery`: four o'clock on the latest day, with the seconds of the letter's creation. */
export function estimatedDelivery(createdAt: Date, postage: Postage): Date {
  const { latest } = deliveryDays(createdAt, postage);
  return new Date(londonTimeUtc(latest, postArrives).getTime() + (createdAt.getTime() % minuteMs));
}

function addWorkingDays(date: CalendarDate, days: number, isWorkingDay: IsWorkingDay): CalendarDate {
  let day = date;
  for (let left = days; left > 0;) {
    day = addDays(day, 1);
    if (isWorkingDay(day)) left -= 1;
  }
  return day;
}
