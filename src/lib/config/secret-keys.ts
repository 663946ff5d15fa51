import type { SecretKey } from '../core/secret-box.ts';

/** Reads `id:base64,id:base64`. Throws an Error that says what was expected and never repeats key material. */
export function parseSecretKeys(text: string): readonly SecretKey[] {
  const keys = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const separator = part.indexOf(':');
      const id = part.slice(0, separator);
      const encoded = part.slice(separator + 1);
      if (separator < 1 || !/^[A-Za-z0-9_-]{1,32}$/.test(id)) throw expected();
      // Decoding would stop at a stray character, or pass over it.
      if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(encoded)) throw new Error(`expected 32 bytes in base64 for key '${id}'`);
      const key = Buffer.from(encoded, 'base64');
      if (key.length !== 32) throw new Error(`expected 32 bytes in base64 for key '${id}' and found ${key.length}`);
      return { id, key };
    });
  if (keys.length === 0) throw expected();
  if (new Set(keys.map(({ id }) => id)).size !== keys.length) throw new Error('expected different key ids');
  return keys;
}

/** The text form of keys, as `parseSecretKeys` reads it. */
export function formatSecretKeys(keys: readonly SecretKey[]): string {
  return keys.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',');
}

function expected(): Error {
  return new Error(
    'expected a comma-separated list of id:base64 with 32 bytes each; make one with `echo "k1:$(openssl rand -base64 32)"`',
  );
}
