import type { ServiceCache } from '../cache/service-cache.ts';
import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { deliverTasks } from '../notifications/accepted-message.ts';
import {
  recordFailedAttempt,
  recordTechnicalFailure,
  type DeliverArgs,
} from '../notifications/deliver-notification.ts';
import { recordLetterSheets, recordUnprintableLetter } from '../notifications/record-letter-pdf.ts';
import { showNotification } from '../notifications/show-notification.ts';
import type { Logger } from '../observability/logger.ts';
import { defineTask, type Task } from '../queue/task.ts';
import type { ObjectPlace, ObjectStore } from '../storage/object-store.ts';
import { letterPartsOf } from '../templates/letter-parts.ts';
import { letterPlace, nameOfLetter, type LetterName } from './letter-file.ts';
import type { LetterPrinter } from './pdf/letter-printer.ts';
import type { LetterPdf } from './pdf/letter-source.ts';
import { printLetter } from './print-letter.ts';
import { mostPages, sheetsOf } from './sheets.ts';
import { storedLetter, type StoredLetter } from './templated-letter.ts';

export const makeLetterPdfTaskName = deliverTasks.letter;

export interface MakeLetterPdfDeps {
  readonly db: Database;
  readonly cache: ServiceCache;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
  readonly storage: ObjectStore;
  readonly letterPrinter: LetterPrinter;
  readonly logger: Logger;
}

const tooLong = 'letter-too-long';

/**
 * Makes the PDF of a letter from a template and stores it where letters are printed from, under the day of its creation
 * (letters sheet §7). A letter of more than ten pages goes to the invalid ones and fails; a test key's letter, which is
 * delivered already, keeps its status and its PDF.
 *
 * May run again at any point: the same letter gives the same file under the same name, and only what waits to be printed
 * is changed.
 *
 * @throws AppError NOT_FOUND; LETTER_NOT_MADE, STORAGE_UNAVAILABLE, DATABASE_UNAVAILABLE, to be tried again
 */
export async function makeLetterPdf(deps: MakeLetterPdfDeps, { notificationId }: DeliverArgs): Promise<void> {
  const letter = await showNotification(deps, { notificationId });
  if (!mayGetPdf(letter)) {
    deps.logger.info({ notificationId, status: letter.status }, 'No PDF is made of a letter in this status');
    return;
  }
  const name = nameOfLetter(letter);
  if (name === null) return giveUp(deps, letter, 'The letter has no print reference or no postage');
  const made = await print(deps, letter);
  const isTooLong = made.pageCount > mostPages;
  const place = placeOf(letter, name, isTooLong);
  await deps.storage.put(place.area, place.key, made.pdf, {
    contentType: 'application/pdf',
    ...(isTooLong && { metadata: failureOf(made) }),
  });
  if (isTooLong) deps.logger.warn({ notificationId, pageCount: made.pageCount }, 'A letter is too long to be printed');
  if (letter.keyType === 'test') return;
  if (isTooLong) await recordUnprintableLetter(deps, { notificationId, reason: tooLong });
  else await recordLetterSheets(deps, deps.db, { notificationId, sheets: sheetsOf(made.pageCount) });
}

/** A letter that is past this point, or cancelled, is not made again: it may be with the printer. */
function mayGetPdf({ notificationType, keyType, status }: StoredLetter): boolean {
  return notificationType === 'letter' && (status === 'created' || keyType === 'test');
}

async function print(deps: MakeLetterPdfDeps, letter: StoredLetter): Promise<LetterPdf> {
  const { serviceId, templateId: id, templateVersion: version } = letter;
  const parts = await letterPartsOf(deps, { serviceId, id, version });
  const made = await printLetter(deps, storedLetter(letter, parts), 'print');
  if (made.unprintable > 0) {
    const facts = { notificationId: letter.id, characters: made.unprintable };
    deps.logger.warn(facts, 'A letter has characters that its fonts do not have');
  }
  return made;
}

function placeOf(letter: StoredLetter, name: LetterName, isTooLong: boolean): ObjectPlace {
  const status = isTooLong && letter.keyType !== 'test' ? 'validation-failed' : letter.status;
  return letterPlace({ keyType: letter.keyType, status }, name);
}

function failureOf({ pageCount }: LetterPdf): Record<string, string> {
  return { validation_status: 'failed', message: tooLong, page_count: String(pageCount) };
}

/** No retry would help. */
async function giveUp(deps: MakeLetterPdfDeps, letter: StoredLetter, reason: string): Promise<void> {
  const failed = await deps.db.transaction((tx) => recordTechnicalFailure(deps, tx, letter, reason));
  if (failed) deps.logger.error({ notificationId: letter.id }, reason);
}

/** The queue's view of `makeLetterPdf`: used-up retries end in `technical-failure`. */
export function makeLetterPdfTask(deps: MakeLetterPdfDeps): Task {
  return defineTask<DeliverArgs>({
    name: makeLetterPdfTaskName,
    run: (args) => makeLetterPdf(deps, args),
    onFailure: (tx, { notificationId }, failure) => recordFailedAttempt(deps, tx, notificationId, failure),
    async onExhausted(tx, { notificationId }, failure) {
      await recordFailedAttempt(deps, tx, notificationId, failure);
      const reason = `RETRY FAILED: Max retries reached. The task ${makeLetterPdfTaskName} failed for notification ${notificationId}`;
      const letter = { id: notificationId, notificationType: 'letter' } as const;
      const moved = await recordTechnicalFailure(deps, tx, letter, reason);
      if (moved) deps.logger.error({ err: failure.error }, reason);
    },
  });
}
