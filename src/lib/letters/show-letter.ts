import { AppError } from '../core/errors.ts';
import { showNotification, type ReadDeps } from '../notifications/show-notification.ts';
import { zipOfLetter } from '../print-runs/zip-of-letter.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { deliveryDays, type DeliveryDays } from './estimated-delivery.ts';
import { letterPlace, nameOfLetter } from './letter-file.ts';
import type { StoredLetter } from './templated-letter.ts';

/** What operators see of a letter. */
export interface LetterDetails {
  readonly letter: StoredLetter;
  /** Where its PDF is, or would be; null for one without a print reference. */
  readonly file: { readonly area: string; readonly key: string; readonly bytes: number | null } | null;
  /** When it is printed and arrives, if nothing comes between. */
  readonly days: DeliveryDays | null;
  /** The zip for the print provider that it went into, where one is known. */
  readonly zip: { readonly name: string; readonly state: string } | null;
}

/** @throws AppError NOT_FOUND; REFUSED for what is no letter; STORAGE_UNAVAILABLE */
export async function showLetter(
  deps: ReadDeps & { readonly storage: ObjectStore },
  { notificationId }: { notificationId: string },
): Promise<LetterDetails> {
  const letter = await showNotification(deps, { notificationId });
  if (letter.notificationType !== 'letter')
    throw new AppError('REFUSED', `Notification ${letter.id} is of type '${letter.notificationType}', not a letter`);
  const name = nameOfLetter(letter);
  const zip = await zipOfLetter(deps.db, letter.id);
  if (name === null) return { letter, file: null, days: null, zip };
  const { area, key } = letterPlace(letter, name);
  const stored = await deps.storage.head(area, key);
  return {
    letter,
    file: { area, key, bytes: stored?.size ?? null },
    days: deliveryDays(letter.createdAt, name.postage),
    zip,
  };
}
