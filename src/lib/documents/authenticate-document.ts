import { timingSafeEqual } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { normaliseEmailAddress } from '../recipients/email-address.ts';
import { signAccess } from './document-access.ts';
import { digestOfRecipient } from './document-cipher.ts';
import type { DocumentKey } from './document-link.ts';
import { countTry } from './document-repository.ts';
import type { DocumentView } from './document.ts';
import { findOpenDocument, type DocumentDeps } from './find-open-document.ts';
import { toDocumentView } from './show-document.ts';

const maxTries = 50;
const windowMs = 300 * 1000;

/**
 * Compares an address with the one that the file was sent to, and gives the token that `openDocument` then wants; null
 * when the file is not available any more. Any address will do for a file that asks for none. Tries are counted in the
 * database, for all processes together.
 *
 * @throws AppError REQUEST_INVALID for another key than the link's; DOCUMENT_TRIES_USED_UP after 50 tries in 300 seconds;
 *   DOCUMENT_ADDRESS_WRONG
 */
export async function authenticateDocument(
  deps: DocumentDeps & { readonly secretBox: SecretBox },
  { emailAddress, ...opening }: DocumentKey & { readonly emailAddress: string },
): Promise<{ token: string; document: DocumentView } | null> {
  const document = await findOpenDocument(deps, opening);
  if (document === null) return null;
  const at = deps.clock.now();
  if (document.recipientDigest !== null) {
    const tries = await countTry(deps.db, { ...opening, at, windowMs });
    if (tries > maxTries) throw new AppError('DOCUMENT_TRIES_USED_UP', 'Too many requests');
    const digest = digestOfRecipient(opening, normaliseEmailAddress(emailAddress));
    if (!timingSafeEqual(document.recipientDigest, digest))
      throw new AppError('DOCUMENT_ADDRESS_WRONG', 'Authentication failure');
  }
  return { token: signAccess(deps.secretBox, opening, at), document: toDocumentView(document, opening) };
}
