import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { addDays, londonDate, londonDay, londonMidnightUtc, type CalendarDate } from '../core/london-time.ts';
import { withSteadyYoungGeneration } from '../core/young-generation.ts';
import type { Database } from '../db/database.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { readLines, verifyArchive, writeArchive } from './archive-file.ts';
import {
  closeArchive,
  countHistoryOfDay,
  deleteArchivedRows,
  findOldestHistory,
  insertArchive,
  listHistoryOfDay,
  listOpenArchives,
  nextPart,
  readFactsOfDay,
  tryArchiveLock,
  type ArchivedRow,
  type HistoryCursor,
} from './history-archive-repository.ts';
import {
  archiveArea,
  archiveKey,
  leastArchiveDays,
  manifestKey,
  type HistoryArchive,
  type MissingFact,
} from './history-archive.ts';

export interface ArchiveDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly storage: ObjectStore;
}

export interface ArchiveInput {
  /** Days in London before this one are archived; null: only what was begun before is completed. */
  readonly before: CalendarDate | null;
  readonly signal?: AbortSignal | undefined;
  /** Called after each portion with how many rows have left the database. */
  readonly onProgress?: (deleted: number) => void;
  /** For tests. */
  readonly rowsOfPart?: number;
  readonly batchSize?: number;
}

/** An archive whose rows are gone. */
export interface ArchivedHistory extends HistoryArchive {
  /** Rows that changed after they were written stay, and make the next part. */
  readonly deleted: number;
}

/** A day that cannot be archived. */
export interface SkippedDay {
  readonly day: CalendarDate;
  readonly missing: readonly MissingFact[];
}

export interface ArchiveResult {
  readonly archived: readonly ArchivedHistory[];
  readonly skipped: readonly SkippedDay[];
}

const rowsOfPart = 1_000_000;
/** Rows of a statement; more take more memory and are no faster. */
const batchSize = 2_000;

/**
 * Takes history older than a day out of the database into files of the storage, a day in London after the other: rows as
 * lines of JSON, compressed, a million in a file (data sheet §6). A file is read back and held against what was written,
 * then noted in `notification_history_archives`; only then its rows are deleted, those that the file names and no others, a
 * portion in each transaction. Killed at any moment, nothing is lost: a file that is not noted is written again, a noted one
 * is read again and what is left of its rows deleted. A row that changed in between stays and makes another part of its day.
 *
 * A day whose facts are missing is left out: nobody could count it afterwards. No statement reads more than a portion.
 *
 * @throws AppError USAGE_INVALID for days that are too young; LOCKED while another process does the same; REFUSED when a
 *   file is not what was written; STORAGE_UNAVAILABLE
 */
export async function archiveHistory(deps: ArchiveDeps, input: ArchiveInput): Promise<ArchiveResult> {
  if (input.before !== null) assertOldEnough(deps.clock, input.before);
  return withSteadyYoungGeneration(() => underArchiveLock(deps, input));
}

function underArchiveLock(deps: ArchiveDeps, input: ArchiveInput): Promise<ArchiveResult> {
  return deps.db.transaction(async (lock) => {
    if (!(await tryArchiveLock(lock)))
      throw new AppError('LOCKED', 'Another process archives history now', { hint: 'Try again when it is done.' });
    const archived: ArchivedHistory[] = [];
    let before = 0;
    const clear = async (archive: HistoryArchive): Promise<number> => {
      const deleted = await deleteRows(deps, archive, { ...input, onProgress: (n) => input.onProgress?.(before + n) });
      before += deleted;
      archived.push({ ...archive, deleted });
      return deleted;
    };
    for (const archive of await listOpenArchives(deps.db)) {
      await verifyArchive(deps.storage, archive, input.signal);
      await clear(archive);
    }
    const skipped: SkippedDay[] = [];
    for await (const { day, missing } of historyDays(deps, input.before)) {
      if (missing.length > 0) {
        skipped.push({ day, missing });
        continue;
      }
      for (
        let archive = await storeDay(deps, day, input);
        archive !== null;
        archive = await storeDay(deps, day, input)
      ) {
        // Rows that all change between being read and being deleted are left for another night.
        if ((await clear(archive)) === 0) break;
      }
    }
    return { archived, skipped };
  });
}

/** What `archiveHistory` would do: days with the number of their rows. */
export async function planArchive(
  deps: Pick<ArchiveDeps, 'db' | 'clock'>,
  { before }: { readonly before: CalendarDate },
): Promise<(SkippedDay & { readonly rows: number })[]> {
  assertOldEnough(deps.clock, before);
  const planned = [];
  for await (const skipped of historyDays(deps, before))
    planned.push({ ...skipped, rows: await countHistoryOfDay(deps.db, skipped.day) });
  return planned;
}

/** Archives that were begun and whose rows are not all deleted. */
export function listBegunArchives({ db }: Pick<ArchiveDeps, 'db'>): Promise<HistoryArchive[]> {
  return listOpenArchives(db);
}

/** @throws AppError USAGE_INVALID */
function assertOldEnough(clock: Clock, before: CalendarDate): void {
  const latest = addDays(londonDate(clock.now()), -leastArchiveDays);
  if (before <= latest) return;
  const message = `History from before ${before} is to be archived: expected a day not after ${latest}, ${leastArchiveDays} days ago`;
  throw new AppError('USAGE_INVALID', message);
}

/** The days of the history before a day, oldest first, each found by one look into the index. */
async function* historyDays({ db }: Pick<ArchiveDeps, 'db'>, before: CalendarDate | null): AsyncGenerator<SkippedDay> {
  if (before === null) return;
  const end = londonMidnightUtc(before);
  for (let since: Date | null = null; ;) {
    const oldest: Date | null = await findOldestHistory(db, { since, before: end });
    if (oldest === null) return;
    const day = londonDate(oldest);
    const facts = await readFactsOfDay(db, day);
    yield { day, missing: (['status', 'billing'] as const).filter((fact) => !facts[fact]) };
    since = londonDay(day).end;
  }
}

/** Writes the next part of a day and notes it; null when the day has no rows. */
async function storeDay(
  { db, clock, storage }: ArchiveDeps,
  day: CalendarDate,
  { signal, ...sizes }: ArchiveInput,
): Promise<HistoryArchive | null> {
  const span = { first: null as HistoryCursor | null, last: null as HistoryCursor | null };
  const most = sizes.rowsOfPart ?? rowsOfPart;
  async function* pages(): AsyncGenerator<string[]> {
    for (let left = most; left > 0;) {
      signal?.throwIfAborted();
      const limit = Math.min(left, sizes.batchSize ?? batchSize);
      const rows = await listHistoryOfDay(db, day, { after: span.last, limit });
      span.first ??= rows[0] ?? null;
      span.last = rows.at(-1) ?? span.last;
      if (rows.length > 0) yield rows.map(({ line }) => line);
      if (rows.length < limit) return;
      left -= rows.length;
    }
  }
  if ((await listHistoryOfDay(db, day, { after: null, limit: 1 })).length === 0) return null;
  const part = await nextPart(db, day);
  const key = archiveKey(day, part);
  const archive = { day, part, key, ...(await writeArchive(storage, key, pages())) };
  await verifyArchive(storage, archive, signal);
  const storedAt = clock.now();
  const manifest = { ...archive, first: span.first, last: span.last, stored_at: storedAt.toISOString() };
  const content = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  await storage.put(archiveArea, manifestKey(key), content, { contentType: 'application/json' });
  await insertArchive(db, archive, storedAt);
  return archive;
}

/** Deletes the rows that an archive names. It is noted, and was verified. */
async function deleteRows(
  { db, clock, storage }: ArchiveDeps,
  archive: HistoryArchive,
  { signal, onProgress, ...sizes }: ArchiveInput,
): Promise<number> {
  const most = sizes.batchSize ?? batchSize;
  let deleted = 0;
  let rows: ArchivedRow[] = [];
  const flush = async (): Promise<void> => {
    signal?.throwIfAborted();
    deleted += await deleteArchivedRows(db, rows);
    rows = [];
    onProgress?.(deleted);
  };
  for await (const lines of readLines(storage, archive)) {
    for (const line of lines) {
      const { id, updated_at } = JSON.parse(line) as ArchivedRow;
      if (rows.push({ id, updated_at }) === most) await flush();
    }
  }
  await flush();
  await closeArchive(db, archive, clock.now());
  return deleted;
}
