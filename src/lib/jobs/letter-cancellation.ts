import { addDays, londonDate, londonTimeUtc } from '../core/london-time.ts';

/** When the printer is given the letters of a day, in London. */
const printDeadline = '17:30';

/**
 * Whether the letters of a job have gone to the printer (jobs sheet §3): those made by half past five go that day, the
 * others a day later.
 */
export function isTooLateToCancel(createdAt: Date, now: Date): boolean {
  const [madeOn, today] = [londonDate(createdAt), londonDate(now)];
  const deadline = londonTimeUtc(today, printDeadline);
  if (now >= deadline && createdAt <= deadline) return true;
  if (madeOn >= today) return false;
  return madeOn < addDays(today, -1) || createdAt <= londonTimeUtc(madeOn, printDeadline);
}
