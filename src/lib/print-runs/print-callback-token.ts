import { isAppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';

/**
 * The token in the URL that the print provider posts the end of a letter to: the letter's id, sealed. Who does not have it
 * cannot speak for the provider. It works as long as its key is configured.
 */
const context = 'print callback';

/** Where the provider posts what became of a letter (letters sheet §12). */
export function printCallbackUrl(
  { secretBox }: { readonly secretBox: Pick<SecretBox, 'seal'> },
  baseUrl: string,
  notificationId: string,
): string {
  const token = secretBox.seal(notificationId, context);
  return `${baseUrl}/notifications/letter/status?token=${encodeURIComponent(token)}`;
}

/** The id of a token that we made, otherwise null. */
export function readPrintCallbackToken(
  { secretBox }: { readonly secretBox: Pick<SecretBox, 'open'> },
  token: string,
): string | null {
  try {
    return secretBox.open(token, context);
  } catch (error) {
    if (isAppError(error, 'SECRET_UNREADABLE')) return null;
    throw error;
  }
}
