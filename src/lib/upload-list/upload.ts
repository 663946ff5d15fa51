import type { TemplateType } from '../templates/template.ts';

/** A file that was sent, or the letters uploaded to be printed on one day (jobs sheet §5). */
export interface Upload {
  /** The job; null for a day of letters. */
  readonly id: string | null;
  readonly uploadType: 'job' | 'letter_day';
  readonly originalFileName: string;
  readonly notificationCount: number;
  readonly templateType: TemplateType;
  /** When it was scheduled for or made; of letters, when they are printed. */
  readonly shownAt: Date;
  /** Of a day of letters the time of printing. */
  readonly processingStarted: Date | null;
}
