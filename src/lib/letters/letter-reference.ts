import { randomInt } from 'node:crypto';
import { violatedConstraint } from '../db/database.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const length = 16;
const mostTries = 3;

/** The index that keeps the references of letters unique. */
export const letterReferenceKey = 'notifications_letter_reference_key';

/**
 * The print reference of a letter: 16 random characters, since a barcode has no room for a UUID (letters sheet §1). It
 * names the letter's files, too, and has nothing to do with the caller's reference.
 */
export function newLetterReference(): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]!).join('');
}

/** Stores a letter under a new reference; takes another one if it turns out to be taken. */
export async function withNewReference<Result>(
  store: (reference: string) => Promise<Result>,
  next: () => string = newLetterReference,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store(next());
    } catch (error) {
      if (violatedConstraint(error) !== letterReferenceKey || attempt === mostTries) throw error;
    }
  }
}
