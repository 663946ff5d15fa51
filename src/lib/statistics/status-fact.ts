import { addDays, type CalendarDate } from '../core/london-time.ts';
import type { NotificationType } from '../notifications/notification.ts';

/** The notifications of one type on one day in London: what the facts are counted by (data sheet §4.3). */
export interface FactDay {
  readonly day: CalendarDate;
  readonly type: NotificationType;
}

/** How many days are counted again each night, yesterday the last of them: letters change their status for longer. */
const nightlyDays: Readonly<Record<NotificationType, number>> = { sms: 4, email: 4, letter: 10 };

export const factTypes: readonly NotificationType[] = ['email', 'sms', 'letter'];

/**
 * What a night's run counts, the newest day first: the days that it always counts, and those that no run came to since the
 * last one.
 *
 * @param lastCounted the newest day that was counted before, by type
 */
export function nightlyFactDays(
  today: CalendarDate,
  lastCounted: ReadonlyMap<NotificationType, CalendarDate>,
): FactDay[] {
  return factTypes.flatMap((type) => {
    const usual = addDays(today, -nightlyDays[type]);
    const missed = addDays(lastCounted.get(type) ?? today, 1);
    return daysBack(today, missed < usual ? missed : usual).map((day) => ({ day, type }));
  });
}

/** From yesterday back to `first`. */
function daysBack(today: CalendarDate, first: CalendarDate): CalendarDate[] {
  const days: CalendarDate[] = [];
  for (let day = addDays(today, -1); day >= first; day = addDays(day, -1)) days.push(day);
  return days;
}
