import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { AppError } from '../core/errors.ts';
import { isCalendarDate, londonDate, type CalendarDate } from '../core/london-time.ts';

/** What the provider says of one letter. */
export interface ResponseLine {
  /** Print reference. */
  readonly reference: string;
  /** `Sent`, or what went wrong. */
  readonly status: string;
  /** Null when it is no number. */
  readonly pageCount: number | null;
  /** How it was sorted, in small letters. */
  readonly costThreshold: string;
}

/** A file of the provider, which can be read more than once. */
export interface ResponseSource {
  readonly name: string;
  readonly open: () => Promise<Readable>;
}

/** Whether the name is that of a file of responses; acknowledgements and others are not. */
export function isResponseName(name: string): boolean {
  return /(?:rs|rsp)\.txt$/i.test(name);
}

/**
 * The London day of `NOTIFY-YYYYMMDDHHMMSS-RSP.TXT`, whose time is UTC (letters sheet §11). Its seconds do not count: some
 * are 60.
 *
 * @throws AppError VALIDATION_FAILED
 */
export function billingDayOf(name: string): CalendarDate {
  const [, year, month, day, hour, minute] =
    /^[^-]*-(\d{4})(\d\d)(\d\d)([01]\d|2[0-3])([0-5]\d)(?:\d\d)?[-.]/.exec(basename(name)) ?? [];
  const date = `${year}-${month}-${day}`;
  if (!isCalendarDate(date)) {
    const message = `'${name}' is no name of a response file: expected NOTIFY-YYYYMMDDHHMMSS-RSP.TXT`;
    throw new AppError('VALIDATION_FAILED', message);
  }
  return londonDate(new Date(`${date}T${hour}:${minute}:00Z`));
}

/**
 * The lines `reference|status|page_count|cost_threshold` of a file; empty ones are left out.
 *
 * @throws AppError VALIDATION_FAILED at a line of another form
 */
export async function* readResponseLines({ name, open }: ResponseSource): AsyncGenerator<ResponseLine, undefined> {
  const content = await open();
  try {
    for await (const line of createInterface({ input: content, crlfDelay: Infinity })) {
      if (line.trim() === '') continue;
      const fields = line.split('|').map((field) => field.trim());
      if (fields.length !== 4)
        throw new AppError('VALIDATION_FAILED', `DVLA response file: ${name} has an invalid format`);
      const [reference, status, pages, threshold] = fields as [string, string, string, string];
      const pageCount = /^\d{1,6}$/.test(pages) ? Number(pages) : null;
      yield { reference, status, pageCount, costThreshold: threshold.toLowerCase() };
    }
  } finally {
    content.destroy();
  }
}
