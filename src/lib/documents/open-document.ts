import { AppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { isAccessGiven } from './document-access.ts';
import { unsealDocument } from './document-cipher.ts';
import type { DocumentKey } from './document-link.ts';
import { documentObjectKey, type DocumentView } from './document.ts';
import { findOpenDocument, type DocumentDeps } from './find-open-document.ts';
import { toDocumentView } from './show-document.ts';

export interface OpenDocumentDeps extends DocumentDeps {
  readonly secretBox: SecretBox;
  readonly storage: ObjectStore;
}

/**
 * The file itself; null when it is not available any more.
 *
 * @param token the answer of `authenticateDocument`; null without one
 * @throws AppError REQUEST_INVALID for another key than the link's; DOCUMENT_ADDRESS_WRONG when the recipient's address
 *   has to be confirmed first; STORAGE_UNAVAILABLE
 */
export async function openDocument(
  deps: OpenDocumentDeps,
  { token, ...opening }: DocumentKey & { readonly token: string | null },
): Promise<{ document: DocumentView; content: Buffer } | null> {
  const document = await findOpenDocument(deps, opening);
  if (document === null) return null;
  const isOpen = document.recipientDigest === null || (token !== null && mayOpen(deps, opening, token));
  if (!isOpen) throw new AppError('DOCUMENT_ADDRESS_WRONG', 'Authentication failure');
  const sealed = await deps.storage.read('documents', documentObjectKey(document));
  // The process that was to store it was killed; nobody got the link.
  if (sealed === null) return null;
  return { document: toDocumentView(document, opening), content: unsealDocument(opening, 'content', sealed) };
}

/** True when the token says that the recipient's address was confirmed for this document. */
export function mayOpen(
  { secretBox, clock }: Pick<OpenDocumentDeps, 'secretBox' | 'clock'>,
  opening: DocumentKey,
  token: string,
): boolean {
  return isAccessGiven(secretBox, opening, token, clock.now());
}
