import { createBufferPool } from '../core/buffer-pool.ts';
import { AppError, isAppError, messageOf } from '../core/errors.ts';
import { withSteadyYoungGeneration } from '../core/young-generation.ts';
import { countOpenZips, nextOpenZip } from './letter-zip-repository.ts';
import { tryPrintLock } from './print-run-repository.ts';
import { uploadZip, type UploadOutcome, type UploadZipDeps } from './upload-zip.ts';

export interface UploadOptions {
  readonly signal?: AbortSignal;
  /** Told after each zip: how many there were, and how many there were to be when it began. */
  readonly onProgress?: (done: number, total: number) => void;
  /** After this many milliseconds no further zip is begun. */
  readonly patienceMs?: number;
}

/** What an upload did. */
export interface UploadReport {
  /** By outcome. */
  readonly zips: Readonly<Record<UploadOutcome, number>>;
  readonly letters: number;
  readonly bytes: number;
  /** Zips whose letters are not as they were; somebody has to look at them. */
  readonly failures: readonly { readonly name: string; readonly message: string }[];
  /** Zips that are still open. */
  readonly open: number;
}

/**
 * Uploads every open zip, in the order in which they were made, one at a time (letters sheet §10). It may be stopped at any
 * moment and run again. A zip that cannot be made any more stays open and does not hold up the others; a destination that
 * takes nothing ends the run.
 *
 * @throws AppError LOCKED while another process uploads; PRINT_FAILED, PRINT_HOST_UNKNOWN, STORAGE_UNAVAILABLE
 */
export async function uploadZips(deps: UploadZipDeps, options: UploadOptions = {}): Promise<UploadReport> {
  return deps.db.transaction(async (tx) => {
    if (!(await tryPrintLock(tx, 'upload')))
      throw new AppError('LOCKED', 'Another process uploads zips of letters now', {
        hint: 'Try again when it is done.',
      });
    return withSteadyYoungGeneration(() => uploadOpenZips(deps, options));
  });
}

async function uploadOpenZips(
  deps: UploadZipDeps,
  { signal, onProgress, patienceMs = Infinity }: UploadOptions,
): Promise<UploadReport> {
  const zips = { uploaded: 0, there: 0, recorded: 0 };
  const failures: { name: string; message: string }[] = [];
  let [letters, bytes] = [0, 0];
  const startedAt = performance.now();
  const total = await countOpenZips(deps.db);
  // One for all zips: what the run holds does not depend on how many there are.
  const buffers = createBufferPool();
  let done = 0;
  let zip = await nextOpenZip(deps.db, null);
  while (zip !== null && performance.now() - startedAt < patienceMs) {
    signal?.throwIfAborted();
    try {
      const outcome = await uploadZip({ ...deps, buffers }, zip, signal);
      zips[outcome] += 1;
      letters += zip.keys.length;
      bytes += zip.bytes;
    } catch (error) {
      if (!isAppError(error, 'REFUSED')) throw error;
      failures.push({ name: zip.name, message: messageOf(error) });
    }
    onProgress?.((done += 1), Math.max(done, total));
    zip = await nextOpenZip(deps.db, zip.id);
  }
  return { zips, letters, bytes, failures, open: await countOpenZips(deps.db) };
}
