import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import type { DocumentKey } from './document-link.ts';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Parts of a document, so that one cannot be put in the place of another. */
export type DocumentPart = 'content' | 'filename';

/** Encrypts a part of a document with the key of its link: nonce, ciphertext, tag. */
export function sealDocument(document: DocumentKey, part: DocumentPart, content: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, document.key, nonce).setAAD(contextOf(document, part));
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

/** @throws AppError SECRET_UNREADABLE when what is stored was changed */
export function unsealDocument(document: DocumentKey, part: DocumentPart, sealed: Buffer): Buffer {
  try {
    const end = sealed.length - tagBytes;
    const decipher = createDecipheriv(algorithm, document.key, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    })
      .setAAD(contextOf(document, part))
      .setAuthTag(sealed.subarray(end));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, end)), decipher.final()]);
  } catch (error) {
    throw new AppError('SECRET_UNREADABLE', `The ${part} of document ${document.documentId} is damaged`, {
      cause: error,
    });
  }
}

/** Tells the right key from others, and nothing of it: a key is random. */
export function digestOfKey(key: Buffer): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Tells the recipient's address from others, and only to those who have the link. */
export function digestOfRecipient({ key }: DocumentKey, address: string): Buffer {
  return createHmac('sha256', key).update(`recipient\0${address}`).digest();
}

function contextOf({ serviceId, documentId }: DocumentKey, part: DocumentPart): Buffer {
  return Buffer.from(`${serviceId}/${documentId}/${part}`);
}
