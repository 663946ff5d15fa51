import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { AppError } from '../core/errors.ts';
import { unwritableFile } from '../core/file-error.ts';
import type { CheckCsvFileInput } from '../recipients/csv/check-csv-file.ts';
import type { CsvRow } from '../recipients/csv/check-row.ts';
import { csvLine } from '../recipients/csv/write-csv.ts';
import { namesOfColumns, problemsOf } from './row-problems.ts';

type Listing = Pick<CheckCsvFileInput, 'onBadRow'>;

/**
 * Runs a check that writes every bad row down in the file of `--errors`; without the flag, one that does not.
 *
 * @param files.input the file that is checked; null for none
 * @throws AppError USAGE_INVALID when the file cannot be written, or is the one that is checked
 */
export async function withBadRows<Result>(
  { path, input }: { path: string | undefined; input: string | null },
  check: (listing: Listing) => Promise<Result>,
): Promise<Result> {
  if (path === undefined) return check({});
  if (input !== null && (await isSameFile(path, input))) {
    throw new AppError('USAGE_INVALID', `--errors is '${path}': that is the file to be checked`);
  }
  const file = await openBadRowsFile(path);
  try {
    return await check({ onBadRow: (row, headers) => file.add(row, headers) });
  } finally {
    await file.close();
  }
}

/** A CSV that names every bad row of a file, written while the file is checked. */
interface BadRowsFile {
  /** Takes the next bad row; resolves when more can be taken. */
  add(row: CsvRow, headers: readonly string[]): Promise<void>;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

/**
 * Opens the file of `--errors`, replacing one of that name: `row` as people count (1 is the line of the headers), `column`
 * and `value` of the cell, both empty for a problem of the whole row, `message`.
 *
 * @throws AppError USAGE_INVALID when it cannot be written, also later
 */
async function openBadRowsFile(path: string): Promise<BadRowsFile> {
  const stream = createWriteStream(path, { mode: 0o600 });
  const end = finished(stream).catch((error: unknown) => {
    throw unwritableFile('--errors', path, error);
  });
  // Somebody asks later, or not at all when the check itself fails.
  end.catch(() => undefined);
  await Promise.race([once(stream, 'open').catch(() => undefined), end]);
  let names: ReadonlyMap<string, string> | null = null;
  const write = async (line: string): Promise<void> => {
    if (!stream.write(line)) await Promise.race([once(stream, 'drain').catch(() => undefined), end]);
  };
  await write(csvLine(['row', 'column', 'value', 'message']));
  return {
    async add(row, headers) {
      names ??= namesOfColumns(headers);
      for (const { column, value, message } of problemsOf(row, names)) {
        await write(csvLine([row.index + 2, column, value, message]));
      }
    },
    async close() {
      stream.end();
      await end;
    },
  };
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path).catch(() => null)));
  return a != null && b != null && a.dev === b.dev && a.ino === b.ino;
}
