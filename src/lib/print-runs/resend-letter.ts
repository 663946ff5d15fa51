import { AppError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { noteLetters } from '../notifications/note-letters.ts';
import { putLetterBack, resendableStatuses } from '../notifications/put-letter-back.ts';
import { showNotification } from '../notifications/show-notification.ts';
import { findClaim, releaseLetter } from './letter-zip-repository.ts';
import type { PrintApi } from './print-api.ts';
import { deletePrintRequest, isPrintRequested } from './print-request-repository.ts';

export interface ResendDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
  /** Null: letters go in zips. */
  readonly printApi: PrintApi | null;
}

/**
 * Has a letter printed again: it waits for the next print run, under the same reference and in its old folder (letters
 * sheet §16). Whoever asks for it knows that it may come twice.
 *
 * @throws AppError NOT_FOUND; REFUSED for what is no letter, in another status, in a zip that is not uploaded yet, or taken
 *   by the provider's API, which would print its id no second time
 */
export async function resendLetter(
  deps: ResendDeps,
  { notificationId, dryRun = false }: { notificationId: string; dryRun?: boolean },
): Promise<void> {
  const letter = await showNotification(deps, { notificationId });
  if (letter.notificationType !== 'letter')
    throw new AppError(
      'REFUSED',
      `Notification ${notificationId} is of type '${letter.notificationType}', not a letter`,
    );
  await deps.db.transaction(async (tx) => {
    const claim = await findClaim(tx, notificationId);
    if (claim?.state === 'open')
      throw new AppError('REFUSED', `Letter ${notificationId} is in ${claim.name}, which is still to be uploaded`);
    // One that was put back by other means is in its old zip still, and no run would take it; one that was to go to the
    // provider's API would not get into a zip.
    const isRequested = await isPrintRequested(tx, notificationId);
    if (isRequested && letter.status === 'sending' && deps.printApi !== null)
      throw new AppError(
        'REFUSED',
        `Letter ${notificationId} was taken by the print provider's API, which prints each id once`,
        {
          hint: 'Send a new letter instead.',
        },
      );
    const isClaimed = claim !== null || isRequested;
    const isLeftBehind = letter.status === 'created' && isClaimed;
    if (!isLeftBehind) assertResendable(letter);
    if (dryRun) return;
    const at = deps.clock.now();
    if (!isLeftBehind && (await putLetterBack(deps, tx, { notificationId, at })) === null)
      throw new AppError('REFUSED', `Letter ${notificationId} changed meanwhile`);
    await releaseLetter(tx, notificationId);
    await deletePrintRequest(tx, notificationId);
    await noteLetters(tx, [notificationId], { event: 'replayed', reason: 'to be printed again', at });
  });
}

function assertResendable({ id, status }: { id: string; status: string }): void {
  if ((resendableStatuses as readonly string[]).includes(status)) return;
  throw new AppError(
    'REFUSED',
    `Letter ${id} is '${status}': only a letter in ${resendableStatuses.join(' or ')} is sent again`,
    {
      details: { notification_id: id, status },
    },
  );
}
