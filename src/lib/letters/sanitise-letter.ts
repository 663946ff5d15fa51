import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { recordFailedAttempt, type DeliverArgs } from '../notifications/deliver-notification.ts';
import { moveCheckedLetter } from '../notifications/move-letter.ts';
import { requireNotification } from '../notifications/show-notification.ts';
import type { Logger } from '../observability/logger.ts';
import { defineTask, type Task } from '../queue/task.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { letterPlace, nameOfLetter, scanPlace } from './letter-file.ts';

export const sanitiseLetterTaskName = 'sanitise-letter';

export interface SanitiseDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
  readonly storage: ObjectStore;
  readonly logger: Logger;
}

/**
 * Brings a precompiled letter from the scan area to where letters are printed from, as it was sent, and moves it on: to
 * `created`, or to `delivered` for a test key, whose letters are never printed (letters sheet §8).
 *
 * May run again at any point: the file is in its new place before the letter moves on, and leaves the old one last.
 *
 * @throws AppError NOT_FOUND; STORAGE_UNAVAILABLE, DATABASE_UNAVAILABLE, to be tried again
 */
export async function sanitiseLetter(deps: SanitiseDeps, { notificationId }: DeliverArgs): Promise<void> {
  const { db, storage } = deps;
  const letter = await requireNotification(deps, notificationId);
  const name = nameOfLetter(letter);
  if (name === null) return giveUp(deps, notificationId, 'The letter has no print reference or no postage');
  const waiting = scanPlace(name);
  const checked = letterPlace({ keyType: letter.keyType, status: 'created' }, name);
  if (letter.status === 'pending-virus-check') {
    if (!(await storage.copy(waiting, checked)))
      return giveUp(deps, notificationId, 'The file of the letter is missing');
    const status = letter.keyType === 'test' ? 'delivered' : 'created';
    await moveCheckedLetter(deps, db, { notificationId, status });
  }
  if ((await storage.head(checked.area, checked.key)) !== null) await storage.delete(waiting.area, waiting.key);
}

/** No retry would help. */
async function giveUp(deps: SanitiseDeps, notificationId: string, reason: string): Promise<void> {
  const failed = { notificationId, status: 'technical-failure', reason } as const;
  const moved = await deps.db.transaction((tx) => moveCheckedLetter(deps, tx, failed));
  if (moved) deps.logger.error({ notificationId }, reason);
}

/** The queue's view of `sanitiseLetter`: used-up retries end in `technical-failure`. */
export function sanitiseLetterTask(deps: SanitiseDeps): Task {
  return defineTask<DeliverArgs>({
    name: sanitiseLetterTaskName,
    run: (args) => sanitiseLetter(deps, args),
    onFailure: (tx, { notificationId }, failure) => recordFailedAttempt(deps, tx, notificationId, failure),
    async onExhausted(tx, { notificationId }, failure) {
      await recordFailedAttempt(deps, tx, notificationId, failure);
      const reason = `RETRY FAILED: Max retries reached. The task ${sanitiseLetterTaskName} failed for notification ${notificationId}`;
      const moved = await moveCheckedLetter(deps, tx, { notificationId, status: 'technical-failure', reason });
      if (moved) deps.logger.error({ err: failure.error }, reason);
    },
  });
}
