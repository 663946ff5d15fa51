import { unsealDocument } from './document-cipher.ts';
import type { DocumentKey } from './document-link.ts';
import type { Document, DocumentView } from './document.ts';
import { findOpenDocument, type DocumentDeps } from './find-open-document.ts';

/**
 * What the holder of a link may know before the file is opened; null when it is not available any more.
 *
 * @throws AppError REQUEST_INVALID for another key than the link's
 */
export async function showDocument(deps: DocumentDeps, opening: DocumentKey): Promise<DocumentView | null> {
  const document = await findOpenDocument(deps, opening);
  return document === null ? null : toDocumentView(document, opening);
}

export function toDocumentView(document: Document, opening: DocumentKey): DocumentView {
  const { serviceId, id, sealedFilename, extension, mimeType, sizeBytes, availableUntil } = document;
  return {
    serviceId,
    documentId: id,
    filename:
      sealedFilename === null
        ? null
        : unsealDocument(opening, 'filename', Buffer.from(sealedFilename, 'base64')).toString('utf8'),
    extension,
    mimeType,
    sizeBytes,
    verifyEmail: document.recipientDigest !== null,
    availableUntil,
  };
}
