import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64 } from '../../../src/lib/core/base64.ts';

const decoded = (text: string): string | null => decodeBase64(text)?.toString('latin1') ?? null;

describe('base64', () => {
  test('of any bytes gives them back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('is read with anything that is no base64 between its characters', () => {
    const noise = fc.string({ unit: fc.constantFrom(' ', '\n', '-', '_', '.', '!', '\0') });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), noise, (bytes, between) => {
        const text = [...Buffer.from(bytes).toString('base64')].join(between);
        expect(decodeBase64(`${between}${text}${between}`)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  // As Python's b64decode reads them.
  test.each<[string, string | null]>([
    ['', ''],
    ['====', ''],
    ['a', null],
    ['=a', null],
    ['hi', null],
    ['aGk', null],
    ['aGk=', 'hi'],
    ['aA=', null],
    ['aA==', 'h'],
    ['aA=b=', 'h\x06'],
    ['A==A==A', '\0'],
    ['aA=bc', 'h\x06\xdc'],
    ['aGk=====', 'hi'],
    ['aGk=aGk=', 'hi'],
    ['a=Gk=', 'hi'],
    ['é', null],
    ['aGk=é', null],
    ['aGk=\u0000', 'hi'],
  ])('%j is %j', (text, expected) => {
    expect(decoded(text)).toBe(expected);
  });

  test('of many megabytes takes neither stack nor long', () => {
    expect(decodeBase64('A'.repeat(8_000_000))).toHaveLength(6_000_000);
    expect(decodeBase64(`${'A'.repeat(76)}\n`.repeat(100_000))).toHaveLength(5_700_000);
    expect(decodeBase64('A=='.repeat(2_000_000))).toHaveLength(1);
    expect(decodeBase64('='.repeat(2_000_000))).toHaveLength(0);
  });
});
