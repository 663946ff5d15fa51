import { AppError, isAppError } from '../core/errors.ts';
import type { Notification } from '../notifications/notification.ts';
import { showNotificationOfService, type ReadDeps } from '../notifications/show-notification.ts';
import type { Logger } from '../observability/logger.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { letterPlace, nameOfLetter } from './letter-file.ts';

export interface LetterPdfDeps extends ReadDeps {
  readonly storage: ObjectStore;
  readonly logger: Logger;
}

/**
 * The PDF of a letter of this service (public API sheet §7.3): of a precompiled one as it will be printed, once it has
 * been checked. A store that does not answer counts as a PDF that is not there yet, so that clients ask again.
 *
 * @throws AppError NOT_FOUND; REQUEST_INVALID for what will never have a PDF; PDF_NOT_READY
 */
export async function letterPdf(
  deps: LetterPdfDeps,
  input: { serviceId: string; notificationId: string },
): Promise<Buffer> {
  const letter = await showNotificationOfService(deps, input);
  if (letter.notificationType !== 'letter') throw new AppError('REQUEST_INVALID', 'Notification is not a letter');
  if (letter.status === 'virus-scan-failed') throw new AppError('REQUEST_INVALID', 'File did not pass the virus scan');
  if (letter.status === 'technical-failure')
    throw new AppError('REQUEST_INVALID', 'PDF not available for letters in status technical-failure');
  const pdf = letter.status === 'pending-virus-check' ? null : await readPdf(deps, letter);
  if (pdf === null) throw new AppError('PDF_NOT_READY', 'PDF not available yet, try again later');
  return pdf;
}

async function readPdf({ storage, logger }: LetterPdfDeps, letter: Notification): Promise<Buffer | null> {
  const name = nameOfLetter(letter);
  if (name === null) return null;
  const { area, key } = letterPlace(letter, name);
  try {
    return await storage.read(area, key);
  } catch (error) {
    if (!isAppError(error, 'STORAGE_UNAVAILABLE')) throw error;
    logger.warn({ err: error, notificationId: letter.id }, 'The PDF of a letter could not be read');
    return null;
  }
}
