import { basename } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { CalendarDate } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import { billingDayOf, readResponseLines, type ResponseLine, type ResponseSource } from './response-file.ts';
import { findLettersByReference, moveLetters, saveSortedCounts } from './response-repository.ts';

export interface ResponseDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

/** What a file of responses said, and did. */
export interface ResponseReport {
  readonly file: string;
  readonly billingDay: CalendarDate;
  readonly lines: number;
  readonly delivered: number;
  readonly failed: number;
  /** Letters that had ended before. */
  readonly unchanged: number;
  /** References that no letter has. */
  readonly unknown: number;
  /** Letters whose sheets are not the ones that were counted. */
  readonly otherSheets: number;
  /** Null when the file has values that are neither. */
  readonly sorted: number | null;
  readonly unsorted: number | null;
  /** What somebody should look at, in the sheet's words. */
  readonly problems: readonly string[];
}

const batchSize = 1000;
const wordsInMessages = 20;

/**
 * Applies a file of the print provider (letters sheet §11): letters that were sent are `delivered`, others are
 * `temporary-failure`, and sorted letters are counted. It may be applied again. Only letters in `sending` move: a letter that
 * ended, or that is to be printed again, stays as it is. Nothing is applied of a file with a line of another form.
 *
 * @throws AppError VALIDATION_FAILED for such a file, or a name without a time
 */
export async function importResponses(deps: ResponseDeps, source: ResponseSource): Promise<ResponseReport> {
  const file = basename(source.name);
  const named = { ...source, name: file };
  const billingDay = billingDayOf(file);
  const { lines, thresholds } = await checkFile(named);
  const totals = { delivered: 0, failed: 0, unchanged: 0, unknown: 0, otherSheets: 0 };
  const failures: Failures = { count: 0, shown: [] };
  for await (const batch of inBatches(readResponseLines(named))) {
    await applyBatch(deps, batch, totals, failures);
  }
  const unknownWords = [...thresholds.keys()].filter((word) => word !== 'sorted' && word !== 'unsorted');
  const unknown = { count: unknownWords.length, shown: unknownWords };
  const isCounted = unknown.count === 0;
  const [sorted, unsorted] = [thresholds.get('sorted') ?? 0, thresholds.get('unsorted') ?? 0];
  if (isCounted)
    await saveSortedCounts(deps.db, { billingDay, fileName: file, sorted, unsorted, at: deps.clock.now() });
  const problems = [
    ...(failures.count === 0
      ? []
      : [`DVLA response file: ${file} has failed letters with notification.reference ${quoted(failures, '[]')}`]),
    ...(isCounted ? [] : [`DVLA response file: ${file} contains unknown Sorted status ${quoted(unknown, '{}')}`]),
  ];
  return {
    ...{ file, billingDay, lines, ...totals, problems },
    ...{ sorted: isCounted ? sorted : null, unsorted: isCounted ? unsorted : null },
  };
}

/** Reads all of it before anything is applied; of each way of sorting, how many lines have it. */
async function checkFile(source: ResponseSource): Promise<{ lines: number; thresholds: Map<string, number> }> {
  const thresholds = new Map<string, number>();
  let lines = 0;
  for await (const { costThreshold } of readResponseLines(source)) {
    lines += 1;
    if (thresholds.size < wordsInMessages || thresholds.has(costThreshold))
      thresholds.set(costThreshold, (thresholds.get(costThreshold) ?? 0) + 1);
  }
  return { lines, thresholds };
}

async function* inBatches(lines: AsyncIterable<ResponseLine>): AsyncGenerator<ResponseLine[], undefined> {
  let batch: ResponseLine[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function applyBatch(
  { db, clock, logger }: ResponseDeps,
  batch: readonly ResponseLine[],
  totals: { delivered: number; failed: number; unchanged: number; unknown: number; otherSheets: number },
  failures: Failures,
): Promise<void> {
  const lineOf = new Map(batch.map((line) => [line.reference, line]));
  await db.transaction(async (tx) => {
    const letters = await findLettersByReference(tx, [...lineOf.keys()]);
    totals.unknown += lineOf.size - new Set(letters.map(({ reference }) => reference)).size;
    for (const { id, reference, billableUnits } of letters) {
      const { pageCount } = lineOf.get(reference)!;
      if (pageCount === billableUnits) continue;
      totals.otherSheets += 1;
      logger.warn(
        `Notification with id ${id} has ${billableUnits} billable_units but DVLA says page count is ${pageCount ?? 'no number'}`,
      );
    }
    const idsOf = (isSent: boolean): string[] =>
      letters.filter(({ reference }) => (lineOf.get(reference)!.status === 'Sent') === isSent).map(({ id }) => id);
    const onlyFrom = ['sending'] as const;
    const at = clock.now();
    const delivered = await moveLetters(tx, idsOf(true), { to: 'delivered', onlyFrom, at });
    const failed = await moveLetters(tx, idsOf(false), { to: 'temporary-failure', onlyFrom, at });
    totals.delivered += delivered.length;
    totals.failed += failed.length;
    totals.unchanged += letters.length - delivered.length - failed.length;
  });
  const failedHere = batch.filter(({ status }) => status !== 'Sent').map(({ reference }) => reference);
  failures.count += failedHere.length;
  failures.shown.push(...failedHere.slice(0, wordsInMessages - failures.shown.length));
}

/** Words for a message, of which there may be many more. */
interface Failures {
  count: number;
  readonly shown: string[];
}

function quoted({ count, shown }: Failures, [open, close]: string): string {
  const words = shown.map((word) => `'${word}'`);
  if (count > shown.length) words.push(`… ${count - shown.length} more`);
  return `${open}${words.join(', ')}${close}`;
}
