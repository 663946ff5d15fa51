import type { Clock } from '../core/clock.ts';
import { AppError, isAppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { letterPlace, nameOfLetter, type LetterName } from '../letters/letter-file.ts';
import {
  recordFailedAttempt,
  recordTechnicalFailure,
  type DeliverArgs,
} from '../notifications/deliver-notification.ts';
import type { DeliveryRecords } from '../notifications/delivery-records.ts';
import { noSuchNotification } from '../notifications/show-notification.ts';
import type { Logger } from '../observability/logger.ts';
import { defineTask, TaskPostponed, type Task } from '../queue/task.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { deliverLetterTaskName } from './deliver-letter-job.ts';
import type { PrintApi } from './print-api.ts';
import { findLetterToPrint, type LetterToPrint } from './print-request-repository.ts';

export interface DeliverLetterDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
  readonly records: DeliveryRecords;
  readonly storage: ObjectStore;
  readonly printApi: PrintApi | null;
  readonly logger: Logger;
}

/** Until the API is configured again: a letter that it may have must not go another way. */
const unconfiguredSeconds = 300;

/**
 * Gives a letter to the print provider's API and moves it to `sending` (delivery sheet §3.4, letters sheet §12). Only what
 * is `created`, of a live key and in no zip is given.
 *
 * Killed at any step and run again, the letter is given again under the same id: the provider prints it once, and says that
 * it has it. What it refuses for good, or what has no PDF, is `technical-failure`.
 *
 * @throws AppError NOT_FOUND; PRINT_FAILED, STORAGE_UNAVAILABLE, DATABASE_UNAVAILABLE, to be tried again
 */
export async function deliverLetter(deps: DeliverLetterDeps, { notificationId }: DeliverArgs): Promise<void> {
  const { db, clock, records, printApi, logger } = deps;
  if (printApi === null) throw new TaskPostponed(unconfiguredSeconds);
  const letter = await findLetterToPrint(db, notificationId);
  if (letter === null) throw noSuchNotification(notificationId);
  if (letter.status !== 'created' || letter.keyType !== 'normal' || letter.isInZip) {
    const { status, keyType, isInZip } = letter;
    logger.warn({ notificationId, status, keyType, isInZip }, 'A letter is not given to the printer');
    return;
  }
  const name = nameOfLetter(letter);
  if (name === null) return giveUp(deps, letter, 'The letter has no print reference or no postage');
  const { to, serviceId, organisationId } = letter;
  const { reference, postage } = name;
  try {
    const request = { notificationId, reference, postage, to, serviceId, organisationId };
    const outcome = await printApi.print(request, () => readPdf(deps, letter, name));
    if (outcome === 'known') logger.info({ notificationId }, 'The printer had taken the letter before');
  } catch (error) {
    if (isAppError(error, 'PRINT_REFUSED')) return giveUp(deps, letter, error.message);
    throw error;
  }
  const facts = { id: letter.id, status: 'sending', sentAt: clock.now(), sentBy: 'dvla' } as const;
  await records.sent({ facts: { ...facts, reference: null, billableUnits: null }, verdictJob: null });
}

/** By its name, or by its reference: the postage in the name may have changed (letters sheet §6). */
async function readPdf({ storage }: DeliverLetterDeps, letter: LetterToPrint, name: LetterName): Promise<Buffer> {
  const { area, key } = letterPlace(letter, name);
  const pdf = await storage.read(area, key);
  if (pdf !== null) return pdf;
  const prefix = key.slice(0, key.indexOf('.D.') + 1);
  for await (const found of storage.list(area, prefix)) {
    const other = await storage.read(area, found.key);
    if (other !== null) return other;
  }
  throw new AppError('PRINT_REFUSED', 'The PDF of the letter is missing');
}

/** No retry would help. */
async function giveUp(deps: DeliverLetterDeps, { id }: LetterToPrint, reason: string): Promise<void> {
  const letter = { id, notificationType: 'letter' } as const;
  const failed = await deps.db.transaction((tx) => recordTechnicalFailure(deps, tx, letter, reason));
  if (failed) deps.logger.error({ notificationId: id }, reason);
}

/** The queue's view of `deliverLetter`: used-up retries end in `technical-failure`. */
export function deliverLetterTask(deps: DeliverLetterDeps): Task {
  return defineTask<DeliverArgs>({
    name: deliverLetterTaskName,
    run: (args) => deliverLetter(deps, args),
    onFailure: (tx, { notificationId }, failure) => recordFailedAttempt(deps, tx, notificationId, failure),
    async onExhausted(tx, { notificationId }, failure) {
      await recordFailedAttempt(deps, tx, notificationId, failure);
      const reason = `RETRY FAILED: Max retries reached. The task ${deliverLetterTaskName} failed for notification ${notificationId}. Notification has been updated to technical-failure`;
      const letter = { id: notificationId, notificationType: 'letter' } as const;
      if (await recordTechnicalFailure(deps, tx, letter, reason)) deps.logger.error({ err: failure.error }, reason);
    },
  });
}
