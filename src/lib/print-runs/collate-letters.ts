import { counted } from '../core/counted.ts';
import { AppError } from '../core/errors.ts';
import type { CalendarDate } from '../core/london-time.ts';
import { withSteadyYoungGeneration } from '../core/young-generation.ts';
import type { Database, Queryable } from '../db/database.ts';
import type { Postage } from '../letters/postage.ts';
import type { Logger } from '../observability/logger.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { claimZip, type ClaimDeps } from './claim-zip.ts';
import { groupLetters, zipLimits, type ZipLimits } from './group-letters.ts';
import { countOpenZips } from './letter-zip-repository.ts';
import { collationOrder, type PrintableLetter } from './letter-zip.ts';
import { notePdfs } from './list-pdfs.ts';
import { completePrintRun, tryPrintLock, type PrintRun } from './print-run-repository.ts';
import { countWaitingLetters, readWaitingLetters } from './printable-letter-repository.ts';
import { openPrintRun, type PrintRunOptions } from './open-print-run.ts';
import { uploadJob } from './upload-job.ts';

export interface CollateDeps extends ClaimDeps {
  readonly db: Database;
  readonly storage: ObjectStore;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

export interface CollateOptions extends PrintRunOptions {
  readonly signal?: AbortSignal;
  /** Told after each zip: letters in zips, and how many there were to be. */
  readonly onProgress?: (letters: number, total: number) => void;
  /** For tests. */
  readonly pageSize?: number;
  readonly limits?: ZipLimits;
}

/** What a run made of the letters of a postage. */
export interface PostageTotals {
  readonly postage: Postage;
  readonly zips: number;
  readonly letters: number;
  /** Of the PDFs. */
  readonly bytes: number;
  /** Letters without a PDF in the storage: they wait on. */
  readonly missing: number;
}

export interface Collation {
  /** Null: no run was there to go on with. */
  readonly printDate: CalendarDate | null;
  readonly deadline: Date | null;
  readonly totals: readonly PostageTotals[];
}

const pageOfLetters = 10_000;

/**
 * Puts the letters that wait into zips: claims and records them (letters sheet §9, §10). No file is written; the upload of
 * the zips is queued. Letters of earlier days that were left are in it, too.
 *
 * Each zip is one transaction, so a process that is killed leaves whole zips, and letters that `resume` goes on with.
 * Holds one connection and one page of letters, however many there are.
 *
 * @throws AppError REFUSED while zips of an earlier run are open, or for a deadline that lies ahead; LOCKED while another
 *   process collates; STORAGE_UNAVAILABLE
 */
export async function collateLetters(deps: CollateDeps, options: CollateOptions = {}): Promise<Collation> {
  return deps.db.transaction(async (tx) => {
    if (!(await tryPrintLock(tx, 'collate')))
      throw new AppError('LOCKED', 'Another process puts letters into zips now', {
        hint: 'Try again when it is done.',
      });
    return withSteadyYoungGeneration(() => collateUnderLock(deps, tx, options));
  });
}

async function collateUnderLock(deps: CollateDeps, tx: Queryable, options: CollateOptions): Promise<Collation> {
  const run = await openPrintRun(deps, options, {
    assertMayBegin: (interrupted) => assertNothingOpen(deps, interrupted),
  });
  if (run === null) return { printDate: null, deadline: null, totals: [] };
  await notePdfs(deps, tx, { deadline: run.deadline, signal: options.signal });
  const waiting = await countWaitingLetters(tx, run.deadline);
  const total = waiting.reduce((sum, { postage, letters }) => sum + (run.postages.includes(postage) ? letters : 0), 0);
  const totals: PostageTotals[] = [];
  let before = 0;
  const onProgress = (letters: number): void => options.onProgress?.(before + letters, total);
  for (const postage of collationOrder.filter((one) => run.postages.includes(one))) {
    totals.push(await collatePostage(deps, tx, { run, postage }, { ...options, onProgress }));
    before += totals.at(-1)!.letters;
  }
  if (options.dryRun !== true) await endRun(deps, run);
  return { printDate: run.printDate, deadline: run.deadline, totals };
}

async function assertNothingOpen({ db }: CollateDeps, interrupted: PrintRun | null): Promise<void> {
  const open = await countOpenZips(db);
  if (open === 0) return;
  throw new AppError('REFUSED', `An earlier run left ${counted(open, 'zip')} that must be uploaded first`, {
    hint:
      interrupted === null
        ? '`notify letters upload` uploads them; `notify letters status` shows them.'
        : 'That run was interrupted: `notify letters collate --resume` completes it, then `notify letters upload` uploads its zips.',
    details: { open_zips: open },
  });
}

type PostageOptions = Omit<CollateOptions, 'onProgress'> & { readonly onProgress: (letters: number) => void };

async function collatePostage(
  deps: CollateDeps,
  tx: Queryable,
  { run, postage }: { run: PrintRun; postage: Postage },
  { pageSize = pageOfLetters, limits = zipLimits, dryRun, signal, onProgress }: PostageOptions,
): Promise<PostageTotals> {
  const totals = { postage, zips: 0, letters: 0, bytes: 0, missing: 0 };
  const onMissing = (): void => void (totals.missing += 1);
  const pages = readWaitingLetters(tx, { postage, deadline: run.deadline, pageSize });
  for await (const group of groupLetters(withPdf(deps, pages, onMissing), limits)) {
    signal?.throwIfAborted();
    const sizes =
      dryRun === true ? group.map(({ bytes }) => bytes) : (await claimZip(deps, run, { postage, group }))?.sizes;
    if (sizes === undefined) continue;
    totals.zips += 1;
    totals.letters += sizes.length;
    totals.bytes += sizes.reduce((sum, bytes) => sum + bytes, 0);
    onProgress(totals.letters);
  }
  return totals;
}

/** The letters that have a PDF; the others are told of and wait on. */
async function* withPdf(
  { logger }: CollateDeps,
  pages: ReturnType<typeof readWaitingLetters>,
  onMissing: () => void,
): AsyncGenerator<PrintableLetter, undefined> {
  for await (const page of pages) {
    for (const { id, serviceId, organisationId, key, bytes } of page) {
      if (key !== null && bytes !== null) yield { id, serviceId, organisationId, key, bytes };
      else {
        onMissing();
        logger.warn({ notificationId: id }, 'A letter has no PDF in the storage: it is not printed with this run');
      }
    }
  }
}

async function endRun({ db, clock, queue, logger }: CollateDeps, run: PrintRun): Promise<void> {
  await db.transaction(async (tx) => {
    await completePrintRun(tx, run.id, clock.now());
    if ((await countOpenZips(tx)) > 0) await queue.enqueue(tx, [uploadJob(run.id, 'end')], { leaveLive: true });
  });
  logger.info({ printDate: run.printDate }, 'The letters of a day are in zips');
}
