import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import { digestOfKey } from './document-cipher.ts';
import type { DocumentKey } from './document-link.ts';
import { findDocument } from './document-repository.ts';
import type { Document } from './document.ts';

export interface DocumentDeps {
  readonly db: Database;
  readonly clock: Clock;
}

/**
 * The document that a link leads to; null when there is none (any more).
 *
 * @throws AppError REQUEST_INVALID for another key than the link's
 */
export async function findOpenDocument(
  { db, clock }: DocumentDeps,
  { serviceId, documentId, key }: DocumentKey,
): Promise<Document | null> {
  const document = await findDocument(db, { serviceId, documentId, at: clock.now() });
  if (document !== null && !timingSafeEqual(document.keyDigest, digestOfKey(key))) {
    throw new AppError('REQUEST_INVALID', 'Invalid decryption key');
  }
  return document;
}
