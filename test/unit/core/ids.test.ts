import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIds, parseUuid } from '../../../src/lib/core/ids.ts';

const noon = Date.parse('2026-03-29T12:00:00.123Z');

function millisecondOf(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}

function expectStrictlyIncreasing(ids: readonly string[]): void {
  expect(ids.every((id, index) => index === 0 || ids[index - 1]! < id)).toBe(true);
}

describe('a generated id', () => {
  test('is a UUIDv7 of the moment', () => {
    for (const now of [0, noon, 2 ** 48 - 1]) {
      const id = createIds(() => now).uuid();
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(millisecondOf(id)).toBe(now);
    }
  });

  test('takes the time of the system when none is given', () => {
    const before = Date.now();
    const made = millisecondOf(createIds().uuid());
    expect(made).toBeGreaterThanOrEqual(before);
    expect(made).toBeLessThanOrEqual(Date.now());
  });

  test('is larger than all before it while the clock stands still, for more ids than a millisecond holds', () => {
    const ids = createIds(() => noon);
    const made = Array.from({ length: 20_000 }, () => ids.uuid());
    expectStrictlyIncreasing(made);
    expect(new Set(made).size).toBe(made.length);
    // At least 2,048 fit into each millisecond, so the borrowed time stays small.
    expect(millisecondOf(made.at(-1)!) - noon).toBeLessThanOrEqual(20_000 / 2048);
    expect(made.every((id) => id[14] === '7' && '89ab'.includes(id[19]!))).toBe(true);
  });

  test('is larger than all before it when the clock goes back, and follows the clock again later', () => {
    const times = [noon, noon - 5000, noon - 1, noon, noon + 1, noon - 86_400_000, noon + 2];
    let tick = 0;
    const ids = createIds(() => times[tick++]!);
    const made = times.map(() => ids.uuid());
    expectStrictlyIncreasing(made);
    expect(made.map(millisecondOf)).toEqual([noon, noon, noon, noon, noon + 1, noon + 1, noon + 2]);
  });

  test('is larger than all before it whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 200 }), (steps) => {
        let now = noon;
        const ids = createIds(() => now);
        const made = steps.map((step) => {
          now += step;
          return ids.uuid();
        });
        expectStrictlyIncreasing(made);
      }),
    );
  });

  test('differs between processes that share a clock', () => {
    const made = Array.from({ length: 2000 }, () => createIds(() => noon).uuid());
    expect(new Set(made).size).toBe(made.length);
  });

  test('carries no time when it is a secret', () => {
    const ids = createIds(() => noon);
    const secrets = Array.from({ length: 100 }, () => ids.secret());
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets)
      expect(secret).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('a UUID is read from', () => {
  const id = '01234567-89ab-cdef-0123-456789abcdef';
  const hex = id.replaceAll('-', '');

  // Every row is what Python's uuid.UUID says.
  test.each([
    id,
    id.toUpperCase(),
    hex,
    hex.toUpperCase(),
    `{${id}}`,
    `{${hex}}`,
    `{{${id}}}`,
    `}${id}{`,
    `{${id}`,
    `${id}}`,
    `urn:uuid:${id}`,
    `urn:uuid:${hex}`,
    `urn:${id}`,
    `uuid:${id}`,
    `{urn:uuid:${id}}`,
    `urn:uuid:{${id}}`,
    `01234567urn:-89ab-cdef-0123-456789abcdefurn:`,
    `0123-4567-89ab-cdef-0123-456789abcdef`,
    `-${hex}-`,
    `0-1-2-3-4-5-6-7-8-9-${hex.slice(10)}`,
  ])('%j', (text) => {
    expect(parseUuid(text)).toBe(id);
  });

  test('any version and variant', () => {
    for (const other of ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'])
      expect(parseUuid(other)).toBe(other);
  });

  test.each([
    '',
    ' ',
    'null',
    ` ${id}`,
    `${id} `,
    `${id}\n`,
    `\t${id}`,
    `\u00a0${id}`,
    `URN:UUID:${id}`,
    hex.slice(1),
    `${hex}0`,
    `${hex.slice(1)}g`,
    `01234567{-89ab-cdef-0123-456789abcdef`,
    `"${id}"`,
    `${id}\0`,
    // Python reads the digits as a number and takes these for smaller ids by accident.
    ` ${hex.slice(1)}`,
    `${hex.slice(1)}\n`,
    `0x${hex.slice(2)}`,
    `+${hex.slice(1)}`,
    `${hex.slice(0, 4)}_${hex.slice(5)}`,
    `\uff10${hex.slice(1)}`,
    '{'.repeat(100_000),
    `${'-'.repeat(100_000)}${hex}`,
  ])('no text such as %j', (text) => {
    expect(parseUuid(text)).toBeNull();
  });

  test.each([[null], [undefined], [1], [0], [true], [{}], [[id]]])('no value such as %j', (value) => {
    expect(parseUuid(value)).toBeNull();
  });

  test('every id that is generated, unchanged', () => {
    const ids = createIds();
    for (const made of [ids.uuid(), ids.secret()]) expect(parseUuid(made)).toBe(made);
  });

  test('nothing but 32 hexadecimal digits in the end', () => {
    const nearly = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF-{}urn:id gx_'), maxLength: 50 });
    fc.assert(
      fc.property(fc.oneof(nearly, fc.uuid()), (text) => {
        const read = parseUuid(text);
        if (read !== null) {
          expect(read).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
          expect(parseUuid(read)).toBe(read);
        }
      }),
    );
  });
});
