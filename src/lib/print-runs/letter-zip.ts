import { createHash } from 'node:crypto';
import { basename } from 'node:path/posix';
import type { CalendarDate } from '../core/london-time.ts';
import { printClassOf } from '../letters/letter-file.ts';
import type { Postage } from '../letters/postage.ts';

/** The order in which postages are collated (letters sheet §9). */
export const collationOrder = ['first', 'second', 'economy', 'europe', 'rest-of-world'] as const satisfies Postage[];

export type ZipState = 'open' | 'sent' | 'failed';

/** A letter that is to be printed. */
export interface PrintableLetter {
  readonly id: string;
  readonly serviceId: string;
  readonly organisationId: string | null;
  /** Key of its PDF, with its folder. */
  readonly key: string;
  /** Of the PDF. */
  readonly bytes: number;
}

/** A zip of letters as it is stored. */
export interface LetterZip {
  readonly id: string;
  readonly runId: string;
  readonly name: string;
  readonly printDate: CalendarDate;
  readonly postage: Postage;
  readonly serviceId: string;
  readonly state: ZipState;
  /** Keys of its files in order. */
  readonly keys: readonly string[];
  /** Bytes of each file. */
  readonly sizes: readonly number[];
  /** Of the zip itself. */
  readonly bytes: number;
  readonly createdAt: Date;
}

export interface ZipNameParts {
  readonly printDate: CalendarDate;
  readonly postage: Postage;
  /** From 1, for each print date and postage. */
  readonly sequence: number;
  readonly keys: readonly string[];
  readonly serviceId: string;
  readonly organisationId: string | null;
}

/** `NOTIFY.<date>.<class>.<nnn>.<hash>.<service>.<organisation>.ZIP` (letters sheet §9). */
export function zipName({ printDate, postage, sequence, keys, serviceId, organisationId }: ZipNameParts): string {
  const number = String(sequence).padStart(3, '0');
  return [
    ...['NOTIFY', printDate, printClassOf(postage), number, hashOfKeys(keys), serviceId, organisationId ?? 'None'],
    'ZIP',
  ].join('.');
}

/** Names the letters in a zip: the same ones in the same order have the same. */
export function hashOfKeys(keys: readonly string[]): string {
  const hash = createHash('sha512');
  for (const key of keys) hash.update(key);
  return hash.digest('base64url').slice(0, 20);
}

/** Key of the record of an uploaded zip, in the folder of its first letter. */
export function recordKey({ name, keys }: Pick<LetterZip, 'name' | 'keys'>): string {
  const [folder] = keys[0]!.split('/');
  return `${folder}/zips_sent/${name}.TXT`;
}

/** The name of a file within the zip. */
export function entryName(key: string): string {
  return basename(key);
}

/** The print reference in the name of a file, with or without a folder. */
export function referenceOfKey(key: string): string {
  return entryName(key).split('.')[1] ?? '';
}
