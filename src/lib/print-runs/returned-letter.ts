import type { CalendarDate } from '../core/london-time.ts';

/** Letters of a day's reports. */
export interface ReturnedLetterDay {
  readonly reportedAt: CalendarDate;
  readonly count: number;
}

/** A letter that came back, with where it came from. Of a precompiled one, the template is nobody's. */
export interface ReportedLetter {
  readonly notificationId: string;
  readonly clientReference: string | null;
  readonly createdAt: Date;
  readonly isFromApi: boolean;
  readonly isPrecompiled: boolean;
  readonly templateId: string;
  readonly templateVersion: number;
  readonly templateName: string;
  readonly userName: string | null;
  readonly emailAddress: string | null;
  readonly originalFileName: string | null;
  /** From 0. */
  readonly jobRowNumber: number | null;
}
