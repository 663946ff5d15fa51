import { createHash, timingSafeEqual } from 'node:crypto';

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * True when `given` is one of the secrets. All of them are compared, and each in a time that tells neither how much of it
 * was right nor how long it is.
 */
export function isOneOfSecrets(given: string, secrets: readonly string[]): boolean {
  const digest = digestOf(given);
  return secrets.map((secret) => timingSafeEqual(digest, digestOf(secret))).includes(true);
}
