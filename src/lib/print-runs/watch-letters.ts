import type { Clock } from '../core/clock.ts';
import {
  addDays,
  londonDate,
  londonMidnightUtc,
  londonTimeUtc,
  weekdayOf,
  type CalendarDate,
} from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import { bankHolidays } from '../letters/bank-holidays.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { raiseAlert, type Alert } from '../observability/raise-alert.ts';
import { countLetters, countSentBefore } from './letter-watch-repository.ts';
import { countOpenZips } from './letter-zip-repository.ts';

export interface WatchDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'alerts'>;
}

const minuteMs = 60_000;
const workingDaysInPost = 2;

/** Letters that yesterday's print run should have taken (letters sheet §15). */
export async function watchLettersStillCreated(deps: WatchDeps): Promise<void> {
  const before = londonTimeUtc(addDays(londonDate(deps.clock.now()), -1), '17:30');
  const count = await countLetters(deps.db, { status: 'created', before });
  alertOf(deps, count, {
    alert: 'letters-still-created',
    message: `${count} letters were created before 17.30 yesterday and still have 'created' status.`,
    command: 'notify letters status',
  });
}

/** Letters whose virus check never came. */
export async function watchLettersStillScanned(deps: WatchDeps): Promise<void> {
  const before = new Date(deps.clock.now().getTime() - 90 * minuteMs);
  const count = await countLetters(deps.db, { status: 'pending-virus-check', before });
  alertOf(deps, count, {
    alert: 'letters-still-pending-virus-check',
    message: `${count} letters have been pending-virus-check for more than 90 minutes.`,
    command: 'notify queue status',
  });
}

/** Letters that the provider has had for two working days and told nothing of. Nobody is told on other days. */
export async function watchLettersStillSending(deps: WatchDeps): Promise<void> {
  const today = londonDate(deps.clock.now());
  if (!isWorkingDay(today)) return;
  const day = workingDaysBefore(today, workingDaysInPost);
  const count = await countSentBefore(deps.db, londonMidnightUtc(addDays(day, 1)));
  alertOf(deps, count, {
    alert: 'letters-still-sending',
    message: `There are ${count} letters in the 'sending' state from ${dayText(day)}`,
    command: `notify letters status --since ${day}`,
  });
}

/** Letters of the last three days that failed. */
export async function watchFailedLetters(deps: WatchDeps): Promise<void> {
  const since = londonMidnightUtc(addDays(londonDate(deps.clock.now()), -3));
  const count = await countLetters(deps.db, { status: 'technical-failure', since });
  alertOf(deps, count, {
    alert: 'letters-in-technical-failure',
    message: `${count} letters of the last 3 days are in technical-failure.`,
    command: 'notify notifications replay failed --type letter --dry-run',
  });
}

/** Zips that are still open in the morning. */
export async function watchOpenZips(deps: WatchDeps): Promise<void> {
  const count = await countOpenZips(deps.db);
  alertOf(deps, count, {
    alert: 'letters-not-uploaded',
    message: `${count} zips of letters are not uploaded.`,
    command: 'notify letters upload',
  });
}

function alertOf(deps: WatchDeps, count: number, alert: Alert): void {
  if (count > 0) raiseAlert(deps, { ...alert, details: { count } });
}

function isWorkingDay(date: CalendarDate): boolean {
  return weekdayOf(date) !== 0 && weekdayOf(date) !== 6 && !bankHolidays.has(date);
}

function workingDaysBefore(date: CalendarDate, days: number): CalendarDate {
  let day = date;
  for (let left = days; left > 0; left -= isWorkingDay(day) ? 1 : 0) day = addDays(day, -1);
  return day;
}

/** `Monday 15 January`. */
function dayText(date: CalendarDate): string {
  const format = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' });
  return format.format(new Date(date)).replace(',', '');
}
