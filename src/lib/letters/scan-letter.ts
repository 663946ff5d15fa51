import type { VirusScanner } from '../antivirus/virus-scanner.ts';
import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { recordFailedAttempt, type DeliverArgs } from '../notifications/deliver-notification.ts';
import { moveCheckedLetter } from '../notifications/move-letter.ts';
import { requireNotification } from '../notifications/show-notification.ts';
import type { Logger } from '../observability/logger.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { defineTask, type Task } from '../queue/task.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { nameOfLetter, scanPlace, type LetterName } from './letter-file.ts';
import { moveFile, scanFolderPlace } from './precompiled-files.ts';
import { sanitiseJob, scanLetterTaskName } from './scan-job.ts';

export interface ScanDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly queue: JobQueue;
  readonly secretBox: SecretBox;
  readonly storage: ObjectStore;
  readonly virusScanner: VirusScanner | null;
  readonly logger: Logger;
}

/**
 * Has a letter that came as a PDF scanned, before anything opens the file (letters sheet §8). A clean one goes on to be
 * sanitised; an infected one is `virus-scan-failed`, with its file under `FAILURE/`. May run again at any point.
 *
 * @throws AppError NOT_FOUND; SCANNER_FAILED, STORAGE_UNAVAILABLE, DATABASE_UNAVAILABLE, to be tried again
 */
export async function scanLetter(
  deps: ScanDeps,
  { notificationId }: DeliverArgs,
  requestId: string | null = null,
): Promise<void> {
  const letter = await requireNotification(deps, notificationId);
  const name = nameOfLetter(letter);
  if (name === null) return giveUp(deps, notificationId, 'The letter has no print reference or no postage');
  if (letter.status === 'virus-scan-failed') return void (await putAside(deps, name));
  if (letter.status !== 'pending-virus-check') return;
  const virus = await scan(deps, name);
  if (virus === 'missing') return giveUp(deps, notificationId, 'The file of the letter is missing');
  if (virus === null) {
    const job = sanitiseJob(letter, requestId);
    return deps.db.transaction((tx) => deps.queue.enqueue(tx, [job], { leaveLive: true }));
  }
  deps.logger.error({ notificationId, virus: virus.name }, 'A virus was found in a letter');
  await deps.db.transaction((tx) =>
    moveCheckedLetter(deps, tx, {
      notificationId,
      status: 'virus-scan-failed',
      changes: { billableUnits: 0 },
      reason: `virus: ${virus.name}`,
    }),
  );
  await putAside(deps, name);
}

async function scan(
  { storage, virusScanner }: ScanDeps,
  name: LetterName,
): Promise<{ name: string } | 'missing' | null> {
  const { area, key } = scanPlace(name);
  const file = await storage.open(area, key);
  if (file === null) return 'missing';
  if (virusScanner === null) {
    file.destroy();
    return null;
  }
  const verdict = await virusScanner.scan(file);
  return verdict.isClean ? null : { name: verdict.virus };
}

function putAside({ storage }: ScanDeps, name: LetterName): Promise<boolean> {
  return moveFile(storage, scanPlace(name), scanFolderPlace(name, 'FAILURE'));
}

/** No retry would help. */
async function giveUp(deps: ScanDeps, notificationId: string, reason: string): Promise<void> {
  const failed = { notificationId, status: 'technical-failure', reason } as const;
  const moved = await deps.db.transaction((tx) => moveCheckedLetter(deps, tx, failed));
  if (moved) deps.logger.error({ notificationId }, reason);
}

/**
 * The queue's view of `scanLetter`: used-up retries end in `technical-failure`, with the file under `ERROR/`, from where
 * `letters replay-scan-errors` takes it back.
 */
export function scanLetterTask(deps: ScanDeps): Task {
  return defineTask<DeliverArgs>({
    name: scanLetterTaskName,
    run: (args, { requestId }) => scanLetter(deps, args, requestId),
    onFailure: (tx, { notificationId }, failure) => recordFailedAttempt(deps, tx, notificationId, failure),
    async onExhausted(tx, { notificationId }, failure) {
      await recordFailedAttempt(deps, tx, notificationId, failure);
      const reason = `RETRY FAILED: Max retries reached. The task ${scanLetterTaskName} failed for notification ${notificationId}`;
      const moved = await moveCheckedLetter(deps, tx, { notificationId, status: 'technical-failure', reason });
      if (!moved) return;
      deps.logger.error({ err: failure.error }, reason);
      await keepUnscanned(deps, notificationId);
    },
  });
}

/** What cannot be moved now is found under its old name. */
async function keepUnscanned(deps: ScanDeps, notificationId: string): Promise<void> {
  try {
    const name = nameOfLetter(await requireNotification(deps, notificationId));
    if (name !== null) await moveFile(deps.storage, scanPlace(name), scanFolderPlace(name, 'ERROR'));
  } catch (error) {
    deps.logger.error(
      { err: error, notificationId },
      'The file of a letter that was not scanned could not be put aside',
    );
  }
}
