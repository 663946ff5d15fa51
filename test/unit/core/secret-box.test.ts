import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAppError, type AppError } from '../../../src/lib/core/errors.ts';
import { createSecretBox, type SecretKey } from '../../../src/lib/core/secret-box.ts';

const anyCharacter = fc
  .nat(0x10ffff)
  .map((codePoint) => String.fromCodePoint(codePoint))
  .filter((character) => character.isWellFormed());

const k1: SecretKey = { id: 'k1', key: Buffer.alloc(32, 'first key') };
const k2: SecretKey = { id: 'k2', key: Buffer.alloc(32, 'second key') };
const box = createSecretBox([k1]);
const place = 'api_keys.secret';

function refusalOf(action: () => unknown): AppError {
  try {
    action();
  } catch (error) {
    if (isAppError(error, 'SECRET_UNREADABLE')) return error;
    throw error;
  }
  throw new Error('It was not refused');
}

describe('a sealed text', () => {
  test('opens again', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (text, context) => {
        expect(box.open(box.seal(text, context), context)).toBe(text);
      }),
    );
  });

  test('names its key and shows nothing of its content', () => {
    const sealed = box.seal('0c4b5a38-51a4-4b4c-8f9c-000000000000', place);
    expect(sealed).toMatch(/^v1\.k1\.[A-Za-z0-9_-]+$/);
    expect(box.keyIdOf(sealed)).toBe('k1');
    expect(Buffer.from(sealed.split('.')[2]!, 'base64url').includes('0c4b5a38')).toBe(false);
  });

  test('differs each time', () => {
    expect(new Set(Array.from({ length: 100 }, () => box.seal('same', place))).size).toBe(100);
  });

  test('does not open at another place', () => {
    const sealed = box.seal('secret', place);
    expect(refusalOf(() => box.open(sealed, 'service_callback_api.bearer_token')).message).toContain("key 'k1'");
  });

  test('does not open when any bit or character of it was changed', () => {
    const sealed = box.seal('a secret text', place);
    const bytes = Buffer.from(sealed.split('.')[2]!, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      refusalOf(() => box.open(`v1.k1.${changed.toString('base64url')}`, place));
    }
    for (let index = 0; index < sealed.length; index += 1) {
      for (const replacement of ['A', 'B', '.', '=', '']) {
        const changed = sealed.slice(0, index) + replacement + sealed.slice(index + 1);
        if (changed !== sealed) refusalOf(() => box.open(changed, place));
      }
    }
  });

  test('does not open when it was cut or lengthened', () => {
    const sealed = box.seal('', place);
    for (let length = 0; length < sealed.length; length += 1) refusalOf(() => box.open(sealed.slice(0, length), place));
    for (const tail of ['A', 'AAAA', '=', '.', '.x', ' ', '\n']) refusalOf(() => box.open(sealed + tail, place));
  });

  test.each(['', '.', '..', 'v1', 'v1.', 'v1.k1', 'v1.k1.', 'v2.k1.AAAA', 'a plain text', 'v1..AAAA'])(
    'is not %j',
    (text) => {
      refusalOf(() => box.open(text, place));
      expect(typeof box.keyIdOf(text)).toBe('string');
    },
  );
});

describe('keys', () => {
  test('rotate: the first seals, all open', () => {
    const old = box.seal('secret', place);
    const rotated = createSecretBox([k2, k1]);
    expect(rotated.currentKeyId).toBe('k2');
    expect(rotated.open(old, place)).toBe('secret');
    const fresh = rotated.seal('secret', place);
    expect(rotated.keyIdOf(fresh)).toBe('k2');
    expect(createSecretBox([k1, k2]).open(fresh, place)).toBe('secret');
  });

  test('that are not configured are named with what to do', () => {
    const sealed = createSecretBox([k2]).seal('secret', place);
    const refusal = refusalOf(() => box.open(sealed, place));
    expect(refusal.message).toBe(
      "A stored secret (api_keys.secret) was encrypted with key 'k2', which is not configured",
    );
    expect(refusal.hint).toBe('Add that key to NOTIFY_SECRET_KEYS.');
    expect(refusal.kind.exitCode).toBe(78);
  });

  test('of another value under the same id do not open', () => {
    const other = createSecretBox([{ id: 'k1', key: k2.key }]);
    const refusal = refusalOf(() => other.open(box.seal('secret', place), place));
    expect(refusal.message).toBe("A stored secret (api_keys.secret) does not decrypt with key 'k1'");
  });

  test('are needed', () => {
    expect(() => createSecretBox([])).toThrow(RangeError);
  });
});

describe('a digest', () => {
  test('is the same for the same text and place, in every process', () => {
    const digest = box.digest('secret', place);
    expect(createSecretBox([{ id: 'renamed', key: k1.key }, k2]).digest('secret', place)).toBe(digest);
    // Stored in unique indexes: another algorithm would let duplicates in.
    expect(digest).toBe('h5YlicckfCClBuRov4pBI0Hy9dSBgeSxMp94e0MxxPM');
  });

  test('differs by text, place and first key', () => {
    const digests = [
      box.digest('secret', place),
      box.digest('secret ', place),
      box.digest('secret', 'elsewhere'),
      box.digest(`${place}\0secret`, ''),
      createSecretBox([k2, k1]).digest('secret', place),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });
});

test('neither keys nor texts appear in any error', () => {
  const key = { id: 'k9', key: randomBytes(32) };
  const secretive = createSecretBox([key]);
  const sealed = secretive.seal('my secret text', place);
  const attempts = [
    () => secretive.open(sealed, 'elsewhere'),
    () => secretive.open(`${sealed.slice(0, -4)}AAAA`, place),
    () => secretive.open('my.secret text', place),
    () => secretive.open('my.secret text.x.y', place),
    () => secretive.open('v1.k9.my secret text', place),
    () => box.open(sealed, place),
  ];
  for (const attempt of attempts) {
    const refusal = refusalOf(attempt);
    const shown = inspect(refusal, { depth: 10 }) + JSON.stringify(refusal);
    for (const encoding of ['base64', 'base64url', 'hex', 'latin1'] as const)
      expect(shown).not.toContain(key.key.toString(encoding));
    expect(shown.split('\n')[0]).not.toContain('secret text');
    expect(`${refusal.message}${refusal.hint ?? ''}`).not.toContain('secret text');
  }
});
