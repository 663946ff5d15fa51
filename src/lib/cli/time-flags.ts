import { Flags } from '@oclif/core';
import { AppError } from '../core/errors.ts';
import { parseDuration } from '../core/duration.ts';
import { isCalendarDate, type CalendarDate } from '../core/london-time.ts';

/** A flag whose value is a length of time, in milliseconds. */
export const durationFlag = Flags.custom<number>({
  helpValue: 'DURATION',
  parse: async (input, _context, { name }) => {
    const ms = parseDuration(input);
    if (ms !== null) return ms;
    throw new AppError(
      'USAGE_INVALID',
      `--${name} is '${input}': expected a duration such as 90s, 15m, 4h, 7d or 1h30m`,
    );
  },
});

/** A flag whose value is a moment; a date alone is its first moment in UTC. */
export const timeFlag = Flags.custom<Date>({
  helpValue: 'TIME',
  parse: async (input, _context, { name }) => {
    const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(input);
    const time = new Date(isTime ? input : NaN);
    if (!Number.isNaN(time.getTime())) return time;
    throw new AppError(
      'USAGE_INVALID',
      `--${name} is '${input}': expected a time such as 2026-01-31T12:00:00Z, or a date`,
    );
  },
});

/** A flag whose value is a date and time; without a zone it is UTC, as in the API. */
export const dateTimeFlag = Flags.custom<Date>({
  helpValue: 'TIME',
  parse: async (input, _context, { name }) => {
    const parts = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?$/.exec(input);
    const time = new Date(parts === null ? NaN : `${parts[1]}T${parts[2]}${parts[3] ?? 'Z'}`);
    if (!Number.isNaN(time.getTime())) return time;
    throw new AppError(
      'USAGE_INVALID',
      `--${name} is '${input}': expected a date and time such as 2026-01-31T09:00:00Z, or 2026-01-31T09:00 in UTC`,
    );
  },
});

/** A flag whose value is a day in London. */
export const dayFlag = Flags.custom<CalendarDate>({
  helpValue: 'YYYY-MM-DD',
  parse: async (input, _context, { name }) => {
    if (isCalendarDate(input)) return input;
    throw new AppError('USAGE_INVALID', `--${name} is '${input}': expected a day such as 2026-01-31`);
  },
});

/** A flag whose value is a financial year: the one in which it begins. */
export const yearFlag = Flags.custom<number>({
  summary: 'Financial year, as the year in which it begins.',
  helpValue: 'YYYY',
  parse: async (input, _context, { name }) => {
    if (/^\d{4}$/.test(input)) return Number(input);
    throw new AppError('USAGE_INVALID', `--${name} is '${input}': expected a year such as 2026`);
  },
});
