import { AppError } from '../core/errors.ts';
import type { Postage } from '../letters/postage.ts';
import type { CollateDeps, CollateOptions, Collation, PostageTotals } from './collate-letters.ts';
import { deliverLetterJob } from './deliver-letter-job.ts';
import { collationOrder } from './letter-zip.ts';
import { insertPrintRequests, listLettersToRequest, type LetterPlace } from './print-request-repository.ts';
import { completePrintRun, tryPrintLock, type PrintRun } from './print-run-repository.ts';
import { countWaitingLetters } from './printable-letter-repository.ts';
import { openPrintRun } from './open-print-run.ts';

export type RequestPrintsDeps = Pick<CollateDeps, 'db' | 'clock' | 'ids' | 'queue' | 'logger'>;

/** Letters that are queued with one transaction (letters sheet §12). */
const batchSize = 100;

/**
 * Queues the letters that wait for the print provider's API: in place of zips, in the same order of postages and with the
 * same deadline. May be run at any time and again: a letter whose job waits or runs is left to that job, and one whose job
 * was lost gets another.
 *
 * @throws AppError REFUSED for a deadline that lies ahead; LOCKED while another process does it
 */
export async function requestPrints(deps: RequestPrintsDeps, options: CollateOptions = {}): Promise<Collation> {
  return deps.db.transaction(async (lock) => {
    // Zips are not made meanwhile: a letter goes one way.
    if (!(await tryPrintLock(lock, 'collate')))
      throw new AppError('LOCKED', 'Another process brings letters on their way now', {
        hint: 'Try again when it is done.',
      });
    const run = await openPrintRun(deps, options);
    if (run === null) return { printDate: null, deadline: null, totals: [] };
    const waiting = new Map(
      (await countWaitingLetters(deps.db, run.deadline)).map(({ postage, letters }) => [postage, letters]),
    );
    const asked = collationOrder.filter((postage) => run.postages.includes(postage));
    const total = asked.reduce((sum, postage) => sum + (waiting.get(postage) ?? 0), 0);
    const totals: PostageTotals[] = [];
    let before = 0;
    for (const postage of asked) {
      const onProgress = (letters: number): void => options.onProgress?.(before + letters, total);
      const letters =
        options.dryRun === true
          ? (waiting.get(postage) ?? 0)
          : await requestPostage(deps, { run, postage }, { signal: options.signal, onProgress });
      totals.push({ postage, zips: 0, letters, bytes: 0, missing: 0 });
      before += letters;
    }
    if (options.dryRun !== true) {
      await completePrintRun(deps.db, run.id, deps.clock.now());
      deps.logger.info(
        { printDate: run.printDate, letters: before },
        'The letters of a day are queued for the printer',
      );
    }
    return { printDate: run.printDate, deadline: run.deadline, totals };
  });
}

async function requestPostage(
  { db, clock, queue }: RequestPrintsDeps,
  { run, postage }: { run: PrintRun; postage: Postage },
  { signal, onProgress }: { signal: AbortSignal | undefined; onProgress: (letters: number) => void },
): Promise<number> {
  let letters = 0;
  let after: LetterPlace | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const batch: LetterPlace[] = await listLettersToRequest(db, {
      ...{ postage, deadline: run.deadline, after, limit: batchSize },
    });
    if (batch.length === 0) return letters;
    const ids = batch.map(({ id }) => id);
    await db.transaction(async (tx) => {
      await insertPrintRequests(tx, ids, clock.now());
      await queue.enqueue(tx, ids.map(deliverLetterJob), { leaveLive: true });
    });
    letters += batch.length;
    onProgress(letters);
    after = batch.at(-1)!;
  }
}
