import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import { AppError } from './errors.ts';
import { randomBytesPooled } from './random.ts';

/** A key that encrypts stored secrets. */
export interface SecretKey {
  readonly id: string;
  /** 32 bytes, for AES-256. */
  readonly key: Buffer;
}

/** Encryption at rest with AES-256-GCM and key ids. */
export interface SecretBox {
  /**
   * Encrypts under the first key. `context` names the place of the value (`api_keys.secret`) and is authenticated: a
   * ciphertext copied to another place does not decrypt.
   */
  seal(text: string, context: string): string;
  /** @throws AppError SECRET_UNREADABLE when the key is unknown or the value was tampered with */
  open(sealed: string, context: string): string;
  /** The id of the key that a stored value was sealed with. */
  keyIdOf(sealed: string): string;
  readonly currentKeyId: string;
  /** A keyed digest, for unique indexes over secrets: the same text gives the same digest under the first key. */
  digest(text: string, context: string): string;
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** A secret box over one or more keys; the first encrypts, all decrypt. Stored form: `v1.<key id>.<base64url>`. */
export function createSecretBox(keys: readonly SecretKey[]): SecretBox {
  const [current] = keys;
  if (current === undefined) throw new RangeError('A secret box needs at least one key');
  // Key objects: importing a raw key at every call takes longer than the encryption.
  const keyById = new Map(keys.map(({ id, key }) => [id, createSecretKey(key)]));
  const currentKey = createSecretKey(current.key);
  const digestKey = createSecretKey(Buffer.from(hkdfSync('sha256', current.key, '', 'notify secret digest', 32)));

  // Many values of one place are sealed, or opened, in a row.
  let last = { context: '', bytes: Buffer.alloc(0) };
  const bytesOf = (context: string): Buffer => {
    if (context !== last.context) last = { context, bytes: Buffer.from(context) };
    return last.bytes;
  };

  return {
    currentKeyId: current.id,
    seal(text, context) {
      const nonce = randomBytesPooled(nonceBytes);
      const cipher = createCipheriv(algorithm, currentKey, nonce).setAAD(bytesOf(context));
      const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `v1.${current.id}.${sealed.toString('base64url')}`;
    },
    open(sealed, context) {
      const [version, keyId, payload, ...rest] = sealed.split('.');
      if (version !== 'v1' || keyId === undefined || payload === undefined || rest.length > 0) {
        // Whatever it is, it may be a secret in plain text: it is not repeated.
        throw new AppError('SECRET_UNREADABLE', `A stored secret (${context}) has none of the forms known here`);
      }
      const key = keyById.get(keyId);
      if (key === undefined) {
        throw new AppError(
          'SECRET_UNREADABLE',
          `A stored secret (${context}) was encrypted with key '${keyId}', which is not configured`,
          {
            hint: 'Add that key to NOTIFY_SECRET_KEYS.',
          },
        );
      }
      const bytes = Buffer.from(payload, 'base64url');
      try {
        // Decoding passes over characters that are no base64url, and over spare bits: one value, one spelling.
        if (bytes.toString('base64url') !== payload) throw new Error('not base64url');
        // Without its length, GCM would take the last bytes of a cut value for a short tag.
        const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
          .setAAD(bytesOf(context))
          .setAuthTag(bytes.subarray(bytes.length - tagBytes));
        return (
          decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes), undefined, 'utf8') +
          decipher.final('utf8')
        );
      } catch (error) {
        throw new AppError('SECRET_UNREADABLE', `A stored secret (${context}) does not decrypt with key '${keyId}'`, {
          hint: 'NOTIFY_SECRET_KEYS holds another key under this id than the one the value was stored with.',
          cause: error,
        });
      }
    },
    keyIdOf: (sealed) => sealed.split('.')[1] ?? '',
    digest: (text, context) => createHmac('sha256', digestKey).update(`${context}\0${text}`).digest('base64url'),
  };
}
