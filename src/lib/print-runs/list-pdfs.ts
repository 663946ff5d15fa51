import { addDays, type CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { entryName, referenceOfKey } from './letter-zip.ts';
import { createPdfTable, insertListedPdfs, listWaitingDays, type ListedPdf } from './printable-letter-repository.ts';

/** How many PDFs are noted with one statement; more would outlive two cleanings of the young generation. */
const batchSize = 500;

/**
 * Notes key and size of the PDFs in the folders of letters that wait, in the transaction of the collation: one listing
 * of each folder in place of a look at each letter (letters sheet §17).
 *
 * @throws AppError STORAGE_UNAVAILABLE
 */
export async function notePdfs(
  { storage }: { readonly storage: ObjectStore },
  tx: Queryable,
  { deadline, signal }: { deadline: Date; signal: AbortSignal | undefined },
): Promise<void> {
  await createPdfTable(tx);
  let batch: ListedPdf[] = [];
  for (const folder of foldersOf(await listWaitingDays(tx, deadline))) {
    for await (const { key, size } of storage.list('letters', `${folder}/NOTIFY.`)) {
      signal?.throwIfAborted();
      batch.push({ letter: letterOfKey(key), key, bytes: size });
      if (batch.length < batchSize) continue;
      await insertListedPdfs(tx, batch);
      batch = [];
    }
  }
  if (batch.length > 0) await insertListedPdfs(tx, batch);
}

/** A letter of the evening is in the folder of the next day, in UTC as in London. */
function foldersOf(days: readonly CalendarDate[]): CalendarDate[] {
  return [...new Set(days.flatMap((day) => [day, addDays(day, 1)]))].sort();
}

/** As `readWaitingLetters` names a letter. */
function letterOfKey(key: string): string {
  return `${referenceOfKey(key)}.${entryName(key).split('.').at(-2)}`;
}
