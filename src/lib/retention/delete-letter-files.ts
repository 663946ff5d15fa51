import { letterPlace, nameOfLetter, scanPlace } from '../letters/letter-file.ts';
import type { Logger } from '../observability/logger.ts';
import type { ObjectPlace, ObjectStore } from '../storage/object-store.ts';
import type { ExpiredNotification } from './expired-notification.ts';

export interface LetterFileDeps {
  readonly storage: ObjectStore;
  readonly logger: Pick<Logger, 'error'>;
}

const atOnce = 16;

/**
 * Deletes the files of letters that are to go, wherever they may be. One that cannot be deleted is logged and keeps no row
 * from going (data sheet §6); one that is not there is no error.
 */
export async function deleteLetterFiles(
  { storage, logger }: LetterFileDeps,
  letters: readonly ExpiredNotification[],
): Promise<void> {
  for (let start = 0; start < letters.length; start += atOnce) {
    await Promise.all(
      letters.slice(start, start + atOnce).map(async (letter) => {
        try {
          for (const { area, key } of placesOf(letter)) await storage.delete(area, key);
        } catch (error) {
          logger.error({ err: error, notificationId: letter.id }, 'The files of a letter could not be deleted');
        }
      }),
    );
  }
}

/** A letter that failed may have left its file in any place that it came through. */
function placesOf(letter: ExpiredNotification): ObjectPlace[] {
  const name = nameOfLetter(letter);
  if (name === null) return [];
  const { keyType } = letter;
  return [
    letterPlace({ keyType, status: 'created' }, name),
    letterPlace({ keyType, status: 'validation-failed' }, name),
    scanPlace(name),
  ];
}
