import type { TemplateSource } from '../../templates/template.ts';

/** Rows of the largest file that can be sent (jobs sheet §8, rule 8 of the reader). */
export const mostRows = 100_000;

/** What a file is checked against. */
export interface CsvCheckOptions {
  readonly template: Pick<TemplateSource, 'templateType' | 'content' | 'subject'>;
  /** The service's name when it prefixes its text messages. */
  readonly prefix: string | null;
  /** Who may be sent to; null or empty = anyone. Never asked for letters. */
  readonly guestList: readonly unknown[] | null;
  readonly internationalSms: boolean;
  readonly internationalLetters: boolean;
  /** Permission for text messages to UK landlines. */
  readonly landlines: boolean;
  /** Messages left of today's allowance; null = unlimited. */
  readonly remainingMessages: number | null;
  readonly remainingInternationalSms: number | null;
  /** Rows beyond are counted, not read. */
  readonly maxRows: number;
}
