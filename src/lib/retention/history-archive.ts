import type { CalendarDate } from '../core/london-time.ts';
import type { StorageArea } from '../storage/object-store.ts';

/** A file of rows that were, or are about to be, taken out of the history. */
export interface HistoryArchive {
  /** Day in London on which the messages were made. */
  readonly day: CalendarDate;
  /** From 1: what comes into the history after its day was archived makes another part. */
  readonly part: number;
  /** Where it lies in `archiveArea`. */
  readonly key: string;
  readonly rows: number;
  /** Of the compressed file. */
  readonly bytes: number;
  /** Of the compressed file, in hexadecimal. */
  readonly sha256: string;
}

export const archiveArea: StorageArea = 'notification-history';

/** The youngest history that may be archived: receipts, answers of the printer and counts of past days still change it. */
export const leastArchiveDays = 90;

/** For example `2026/01/31-1.jsonl.gz`. */
export function archiveKey(day: CalendarDate, part: number): string {
  return `${day.replaceAll('-', '/')}-${part}.jsonl.gz`;
}

/** Where the manifest of an archive lies: what is needed to trust and read it without this program. */
export function manifestKey(key: string): string {
  return key.replace(/\.jsonl\.gz$/, '.manifest.json');
}

/** The facts of a day that have to be there before it is archived: nobody can count it again afterwards. */
export type MissingFact = 'status' | 'billing';
