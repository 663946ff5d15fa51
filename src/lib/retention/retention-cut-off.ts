import { addDays, londonDate, londonMidnightUtc } from '../core/london-time.ts';

/**
 * Before when messages are no longer kept: London midnight, so that whole days are kept, and today besides (data sheet
 * §6). Running more often than once a day changes nothing.
 */
export function retentionCutOff(days: number, now: Date): Date {
  return londonMidnightUtc(addDays(londonDate(now), -days));
}
