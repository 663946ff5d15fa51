import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { CheckedDocument } from './check-document.ts';
import { digestOfKey, digestOfRecipient, sealDocument } from './document-cipher.ts';
import { keyBytes, type DocumentKey } from './document-link.ts';
import { insertDocument } from './document-repository.ts';
import { documentObjectKey } from './document.ts';

export interface StoreDocumentDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly storage: ObjectStore;
}

const weekMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Stores a checked file, encrypted with a new key that only the returned link parts hold (public API sheet §4.5). Each
 * call stores another document; one that is never sent to anybody expires like the others.
 *
 * @throws AppError STORAGE_UNAVAILABLE
 */
export async function storeDocument(
  { db, clock, ids, storage }: StoreDocumentDeps,
  { serviceId, document }: { serviceId: string; document: CheckedDocument },
): Promise<DocumentKey> {
  const id = ids.uuid();
  const opening = { serviceId, documentId: id, key: randomBytes(keyBytes) };
  const { content, filename, mimeType, extension, confirmationEmail } = document;
  const createdAt = clock.now();
  // The row first: an object without one would never be deleted.
  await insertDocument(db, {
    id,
    serviceId,
    sealedFilename:
      filename === null ? null : sealDocument(opening, 'filename', Buffer.from(filename)).toString('base64'),
    mimeType,
    extension,
    sizeBytes: content.length,
    keyDigest: digestOfKey(opening.key),
    recipientDigest: confirmationEmail === null ? null : digestOfRecipient(opening, confirmationEmail),
    availableUntil: new Date(createdAt.getTime() + document.retentionWeeks * weekMs),
    createdAt,
  });
  await storage.put('documents', documentObjectKey({ serviceId, id }), sealDocument(opening, 'content', content));
  return opening;
}
