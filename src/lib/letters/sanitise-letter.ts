import type { ServiceCache } from '../cache/service-cache.ts';
import type { Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { recordFailedAttempt, type DeliverArgs } from '../notifications/deliver-notification.ts';
import { failCheckedLetter, moveCheckedLetter } from '../notifications/move-letter.ts';
import type { Notification } from '../notifications/notification.ts';
import { requireNotification } from '../notifications/show-notification.ts';
import type { Logger } from '../observability/logger.ts';
import { defineTask, type Task } from '../queue/task.ts';
import { parsePostalAddress } from '../recipients/postal-address.ts';
import { requireService } from '../services/show-service.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { letterRecipient } from './accept-letter-steps.ts';
import { letterPlace, nameOfLetter, scanPlace, type LetterName } from './letter-file.ts';
import { findByReference, moveFile, originalPlace, sanitisedPlace } from './precompiled-files.ts';
import type { LetterSanitiser } from './sanitise/letter-sanitiser.ts';
import type { PdfNormaliser } from './sanitise/pdf-normaliser.ts';
import type { SanitisedLetter } from './sanitise/sanitised-letter.ts';
import { sheetsOf } from './sheets.ts';

export const sanitiseLetterTaskName = 'sanitise-letter';

export interface SanitiseDeps {
  readonly db: Database;
  readonly cache: ServiceCache;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
  readonly storage: ObjectStore;
  readonly letterSanitiser: LetterSanitiser;
  readonly pdfNormaliser: PdfNormaliser | null;
  readonly logger: Logger;
}

/**
 * Checks a letter that came as a PDF, makes the PDF to print of it, and moves it on (letters sheet §8): to `created`, to
 * `delivered` for a test key, whose letters are never printed, or to `validation-failed`.
 *
 * May run again at any point: the letter moves on once what it needs is stored, and the rest of its way is gone then,
 * as often as it takes.
 *
 * @throws AppError NOT_FOUND; STORAGE_UNAVAILABLE, DATABASE_UNAVAILABLE, LETTER_NOT_MADE, to be tried again
 */
export async function sanitiseLetter(deps: SanitiseDeps, { notificationId }: DeliverArgs): Promise<void> {
  const letter = await requireNotification(deps, notificationId);
  const name = nameOfLetter(letter);
  if (name === null) return giveUp(deps, notificationId, 'The letter has no print reference or no postage');
  if (letter.status === 'pending-virus-check') await checkLetter(deps, letter, name);
  await finishMove(deps, notificationId);
}

async function checkLetter(deps: SanitiseDeps, letter: Notification, name: LetterName): Promise<void> {
  const { storage } = deps;
  const waiting = scanPlace(name);
  const pdf = await storage.read(waiting.area, waiting.key);
  if (pdf === null) return giveUp(deps, letter.id, 'The file of the letter is missing');
  const checked = await sanitisePdfOf(deps, letter, pdf);
  if (checked.file === null) return refuse(deps, letter, name, checked);
  await storage.copy(waiting, originalPlace(letter.id));
  const { area, key } = sanitisedPlace(name);
  await storage.put(area, key, checked.file, { contentType: 'application/pdf' });
  await moveCheckedLetter(deps, deps.db, {
    notificationId: letter.id,
    status: letter.keyType === 'test' ? 'delivered' : 'created',
    changes: {
      billableUnits: sheetsOf(checked.pageCount),
      ...recipientOf(checked.recipientAddress ?? '', name),
    },
  });
}

/** What is made of the PDF of a letter; the site's own program has the last word. */
export async function sanitisePdfOf(
  deps: Pick<SanitiseDeps, 'db' | 'cache' | 'letterSanitiser' | 'pdfNormaliser' | 'logger'>,
  { id, serviceId }: Pick<Notification, 'id' | 'serviceId'>,
  pdf: Uint8Array,
): Promise<SanitisedLetter> {
  const { permissions } = await requireService(deps, serviceId);
  const allowInternational = permissions.includes('international_letters');
  const checked = await deps.letterSanitiser.sanitise(pdf, { allowInternational, isAttachment: false });
  for (const remark of checked.remarks)
    deps.logger.warn({ notificationId: id, remark }, 'A PDF of a letter is unusual');
  if (checked.file === null || deps.pdfNormaliser === null) return checked;
  return { ...checked, file: await deps.pdfNormaliser.normalise(checked.file) };
}

/** The address that was read, as letters from templates have it; a foreign one decides the postage. */
function recipientOf(
  address: string,
  { postage }: LetterName,
): Pick<Notification, 'to' | 'normalisedTo' | 'international' | 'postage'> {
  const { zone } = parsePostalAddress(address);
  const recipient = letterRecipient(address.normalize('NFC'), zone === 'united-kingdom' ? postage : zone);
  const { to, normalisedTo, international } = recipient;
  return { to, normalisedTo, international, postage: recipient.postage };
}

async function refuse(
  deps: SanitiseDeps,
  { id, keyType }: Notification,
  name: LetterName,
  { message, invalidPages, pageCount }: SanitisedLetter,
): Promise<void> {
  const metadata = {
    validation_status: 'failed',
    message: message!,
    invalid_pages: JSON.stringify(invalidPages ?? []),
    ...(pageCount !== null && { page_count: String(pageCount) }),
  };
  await deps.storage.copy(scanPlace(name), letterPlace({ keyType, status: 'validation-failed' }, name), metadata);
  await deps.db.transaction((tx) =>
    moveCheckedLetter(deps, tx, {
      notificationId: id,
      status: 'validation-failed',
      changes: { billableUnits: 0 },
      reason: message!,
    }),
  );
}

/** Brings the files of a letter that moved on to where they belong; those of a cancelled one stay where they are. */
async function finishMove(deps: SanitiseDeps, notificationId: string): Promise<void> {
  const { storage } = deps;
  const letter = await requireNotification(deps, notificationId);
  const name = nameOfLetter(letter);
  if (name === null || !['created', 'delivered', 'validation-failed'].includes(letter.status)) return;
  try {
    const sanitised = await findByReference(storage, 'letters-sanitise', name.reference);
    if (sanitised !== null && letter.status !== 'validation-failed')
      await moveFile(storage, sanitised, letterPlace(letter, name));
    const place = letterPlace(letter, name);
    const scanned = await findByReference(storage, 'letters-scan', name.reference);
    if (scanned !== null && (await storage.head(place.area, place.key)) !== null)
      await storage.delete(scanned.area, scanned.key);
  } catch (error) {
    if (!isAppError(error, 'STORAGE_UNAVAILABLE') || letter.status === 'validation-failed') throw error;
    // A letter that waits to be printed without its PDF would wait for ever (letters sheet §8).
    const reason = 'The PDF of the letter could not be stored';
    await deps.db.transaction((tx) => failCheckedLetter(deps, tx, { notificationId, reason }));
    deps.logger.error({ err: error, notificationId }, reason);
  }
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
