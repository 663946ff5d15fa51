import { putLetterBackToScan } from '../notifications/move-letter.ts';
import { scanJob } from './scan-job.ts';
import type { ScanDeps } from './scan-letter.ts';
import { findByPrintReference } from './scan-repository.ts';

export type ReplayScanDeps = Omit<ScanDeps, 'logger'>;

/** `unknown`: no letter has the reference in the name; `refused`: its letter is in a status that is not to change. */
export type ReplayedScanOutcome = 'queued' | 'unknown' | 'refused';

export interface ReplayedScan {
  readonly file: string;
  readonly outcome: ReplayedScanOutcome;
}

const area = 'letters-scan';
const folder = 'ERROR/';

/**
 * Has the letters scanned again whose scans failed for technical reasons (letters sheet §8): each waits for its virus
 * check again, and its file leaves `ERROR/`. Of one `file` only, named without the folder, or of all.
 */
export async function* replayScanErrors(
  deps: ReplayScanDeps,
  { file = null, dryRun = false }: { file?: string | null; dryRun?: boolean } = {},
): AsyncGenerator<ReplayedScan, undefined> {
  for await (const { key } of deps.storage.list(area, `${folder}${file ?? ''}`)) {
    const name = key.slice(folder.length);
    if (file !== null && name !== file) continue;
    yield { file: name, outcome: await replay(deps, name, dryRun) };
  }
}

async function replay(deps: ReplayScanDeps, name: string, dryRun: boolean): Promise<ReplayedScanOutcome> {
  const { db, storage } = deps;
  const letter = await findByPrintReference(db, name.split('.')[1] ?? '');
  if (letter === null) return 'unknown';
  if (letter.status !== 'technical-failure' && letter.status !== 'pending-virus-check') return 'refused';
  if (dryRun) return 'queued';
  const from = { area, key: `${folder}${name}` } as const;
  await storage.copy(from, { area, key: name });
  const isBack = await db.transaction(async (tx) => {
    if (!(await putLetterBackToScan(deps, tx, { notificationId: letter.id }))) return false;
    const job = scanJob(letter, { isScanned: deps.virusScanner !== null, requestId: null });
    await deps.queue.enqueue(tx, [job], { leaveLive: true });
    return true;
  });
  const old = isBack ? from : { area, key: name };
  await storage.delete(area, old.key);
  return isBack ? 'queued' : 'refused';
}
