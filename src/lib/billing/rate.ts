import { counted } from '../core/counted.ts';
import { AppError } from '../core/errors.ts';
import { londonMidnightUtc, type CalendarDate } from '../core/london-time.ts';
import { toApiDateTime } from '../core/clock.ts';
import { isPostage, postages } from '../letters/postage.ts';

/** Pounds for one fragment of a text, from a moment on. */
export interface SmsRate {
  readonly validFrom: Date;
  readonly rate: number;
}

/** Pounds for a letter of so many sheets, from a moment on. */
export interface LetterRate {
  readonly startDate: Date;
  readonly sheetCount: number;
  readonly postClass: string;
  readonly crown: boolean;
  readonly rate: number;
}

/** What the column holds: stored letters may have more sheets than are accepted today, and need a rate, too. */
export const mostRatedSheets = 2_147_483_647;

/** What the price of a letter depends on (letters sheet §13). */
export interface LetterToPrice {
  readonly day: CalendarDate;
  readonly sheets: number;
  readonly postage: string | null;
  /** Of its service; null counts as true. */
  readonly crown: boolean | null;
}

/** The crown flag by which a service's letters are priced (data sheet §5.1). */
export function crownOf(crown: boolean | null): boolean {
  return crown ?? true;
}

/** There is no rate for texts of a day. */
export function smsRateMissing(day: CalendarDate): AppError {
  return rateMissing(`texts of ${day}`, day, `notify billing rates add --type sms --from ${day} --rate …`);
}

/** There is no rate for a letter of a day. */
export function letterRateMissing({ day, sheets, postage, crown }: LetterToPrice): AppError {
  const isOfCrown = crownOf(crown);
  const kind = isOfCrown ? 'crown' : 'not crown';
  const what = `letters of ${day} with ${counted(sheets, 'sheet')}, postage '${postage ?? 'none'}', ${kind}`;
  if (postage === null || !isPostage(postage)) return rateMissing(what, day, null);
  const flags = `--from ${day} --sheets ${sheets} --postage ${postage} ${isOfCrown ? '--crown' : '--no-crown'}`;
  return rateMissing(what, day, `notify billing rates add --type letter ${flags} --rate …`);
}

/** @param command adds the rate; null where none can be added */
function rateMissing(what: string, day: CalendarDate, command: string | null): AppError {
  const midnight = toApiDateTime(londonMidnightUtc(day));
  return new AppError('RATE_MISSING', `There is no rate for ${what}: expected one from ${midnight} or earlier`, {
    hint:
      command === null
        ? `Letters have a rate with one of the postages ${postages.join(', ')} only.`
        : `See 'notify billing rates list --on ${day}', and add it: ${command}`,
  });
}
