import { addDays, londonDate, londonTimeUtc, type CalendarDate } from '../core/london-time.ts';
import type { Notification } from '../notifications/notification.ts';
import type { ObjectPlace } from '../storage/object-store.ts';
import { isPostage, type Postage } from './postage.ts';

/** London time after which a letter belongs to the next day's print run. */
const printCutOff = '17:30';

const classOfPostage: Readonly<Record<Postage, string>> = {
  first: '1',
  second: '2',
  economy: 'ECONOMY',
  europe: 'E',
  'rest-of-world': 'N',
};

/** The field of names that says how a letter travels (letters sheet §6). */
export function printClassOf(postage: Postage): string {
  return classOfPostage[postage];
}

/** What names the files of a letter. */
export interface LetterName {
  /** The print reference. */
  readonly reference: string;
  readonly createdAt: Date;
  readonly postage: Postage;
}

/**
 * The folder of a letter's file: its London day of creation, the next one after 17:30:00.000 (letters sheet §6). The
 * time at which the file is made never counts: a letter that is made again goes where it was.
 */
export function letterFolder(createdAt: Date): CalendarDate {
  const day = londonDate(createdAt);
  return createdAt > londonTimeUtc(day, printCutOff) ? addDays(day, 1) : day;
}

/** `NOTIFY.<reference>.D.<class>.C.<time of creation in UTC>.PDF`: double sided, in colour, all in capitals. */
export function letterFileName({ reference, createdAt, postage }: LetterName): string {
  const time = createdAt.toISOString().slice(0, 19).replace(/\D/g, '');
  return `NOTIFY.${reference}.D.${classOfPostage[postage]}.C.${time}.PDF`.toUpperCase();
}

/** Where a precompiled letter waits as it was sent. */
export function scanPlace(name: LetterName): ObjectPlace {
  return { area: 'letters-scan', key: letterFileName(name) };
}

/** Where the PDF of a letter is, if there is one (letters sheet §5). Only letters to be printed have folders. */
export function letterPlace(letter: Pick<Notification, 'keyType' | 'status'>, name: LetterName): ObjectPlace {
  const key = letterFileName(name);
  if (letter.status === 'validation-failed') return { area: 'letters-invalid', key };
  if (letter.keyType === 'test') return { area: 'test-letters', key };
  return { area: 'letters', key: `${letterFolder(name.createdAt)}/${key}` };
}

/** The name of a stored letter; null for one that never got a print reference or a postage. */
export function nameOfLetter({
  reference,
  createdAt,
  postage,
}: Pick<Notification, 'reference' | 'createdAt' | 'postage'>): LetterName | null {
  if (reference === null || postage === null || !isPostage(postage)) return null;
  return { reference, createdAt, postage };
}
