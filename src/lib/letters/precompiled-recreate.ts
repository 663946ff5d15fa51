import { AppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { showNotification } from '../notifications/show-notification.ts';
import type { ObjectPlace } from '../storage/object-store.ts';
import { letterPlace, nameOfLetter } from './letter-file.ts';
import { originalPlace } from './precompiled-files.ts';
import { sanitisePdfOf, type SanitiseDeps } from './sanitise-letter.ts';
import type { LetterProblem } from './sanitise/sanitised-letter.ts';

type RecreateDeps = Omit<SanitiseDeps, 'clock'> & { readonly secretBox: SecretBox };

export interface RecreatedLetter {
  readonly place: ObjectPlace;
  /** Null: the PDF was replaced. Else it is what it was. */
  readonly problem: LetterProblem | null;
}

const printed = ['created', 'sending', 'delivered', 'returned-letter', 'technical-failure', 'permanent-failure'];

/**
 * Makes the PDF to print again from the one that was sent, under the same name (letters sheet §16). If that is refused
 * now, the old PDF stays.
 *
 * @throws AppError NOT_FOUND, also when what was sent is not kept any more; REFUSED for other messages, and for letters
 *   that never had a PDF to print
 */
export async function recreatePrecompiledLetter(
  deps: RecreateDeps,
  { notificationId, dryRun = false }: { notificationId: string; dryRun?: boolean },
): Promise<RecreatedLetter> {
  const letter = await showNotification(deps, { notificationId });
  const name = letter.notificationType === 'letter' ? nameOfLetter(letter) : null;
  if (name === null || !printed.includes(letter.status))
    throw new AppError('REFUSED', `Notification ${notificationId} is no letter that has a PDF to print`);
  const { area, key } = originalPlace(notificationId);
  const original = await deps.storage.read(area, key);
  if (original === null)
    throw new AppError('NOT_FOUND', `The PDF that letter ${notificationId} came as is not kept`, {
      hint: 'Originals are kept for seven days, of letters that came as PDFs only.',
    });
  const place = letterPlace(letter, name);
  const { file, message } = await sanitisePdfOf(deps, letter, original);
  if (file === null) deps.logger.error({ notificationId, problem: message }, 'A letter could not be made again');
  else if (!dryRun) await deps.storage.put(place.area, place.key, file, { contentType: 'application/pdf' });
  return { place, problem: message };
}
