import type { CalendarDate } from '../core/london-time.ts';

/** How fast the messages of a day went out (data sheet §4.5). */
export interface ProcessingTime {
  readonly day: CalendarDate;
  /** Texts and emails that came through the API, without those of test keys. */
  readonly messagesTotal: number;
  /** Those of them that were handed to a provider within ten seconds. */
  readonly messagesWithin10Secs: number;
}

/** Of 100; all of them when there were none. */
export function fastPercentage({ messagesTotal, messagesWithin10Secs }: ProcessingTime): number {
  return messagesTotal === 0 ? 100 : (messagesWithin10Secs / messagesTotal) * 100;
}
