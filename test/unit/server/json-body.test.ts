import { describe, expect, test } from 'vitest';
import { readJsonBody as readBytes } from '../../../src/server/plugins/json-body.ts';

const readJsonBody = (text: string): unknown => readBytes(Buffer.from(text));

const invalidJson = expect.objectContaining({
  code: 'BODY_NOT_JSON',
  message: 'Invalid JSON supplied in POST data',
}) as Error;

describe('a falsy body counts as an empty object', () => {
  test.each(['null', '[]', '""', '0', 'false', '{}', ' [ ] ', '-0', '0.0', '-0.0', '0e5', '1e-400'])('%s', (text) => {
    expect(readJsonBody(text)).toEqual({});
  });
});

describe('any other body is itself', () => {
  test.each(['[1]', '[null]', '[[]]', 'true', '"0"', '" "', '1', '-1', '{"a":null}', '1.0', '0.1', '1e-300'])(
    '%s',
    (text) => {
      expect(JSON.stringify(readJsonBody(text))).toBe(text);
    },
  );

  test('numbers keep their spelling, and the last of duplicate keys counts', () => {
    expect(JSON.stringify(readJsonBody('{"a": 1.0, "b": 12345678901234567890, "a": 1e20}'))).toBe(
      '{"a":1e20,"b":12345678901234567890}',
    );
  });
});

describe('not JSON', () => {
  test.each([
    '',
    ' ',
    '{',
    '{"a":1',
    '{"a":1}}',
    "{'a':1}",
    '{"a":1,}',
    'NaN',
    'Infinity',
    '-Infinity',
    '{"a":NaN}',
    '[Infinity]',
    'undefined',
    'phone_number=1',
    '"unclosed',
    '"\\x"',
    '\ufeff{}',
  ])('%j', (text) => {
    expect(() => readJsonBody(text)).toThrow(invalidJson);
  });
});

test('neither is text that is not UTF-8', () => {
  const latin = Buffer.from('{"a":"caf\xe9"}', 'latin1');
  expect(() => readBytes(latin)).toThrow(invalidJson);
  expect(() => readBytes(Buffer.concat([latin, Buffer.from([0xc0, 0x80])]))).toThrow(invalidJson);
  expect(readBytes(Buffer.from('{"a":"café"}'))).toEqual({ a: 'café' });
});

describe('nesting', () => {
  const lists = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  const objects = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
  const mixed = (depth: number): string => '[{"a":'.repeat(depth / 2) + '1.0' + '}]'.repeat(depth / 2);

  test.each([lists, objects, mixed])('of 100 is taken, deeper is not', (nested) => {
    expect(JSON.stringify(readJsonBody(nested(100)))).toBe(nested(100));
    expect(() => readJsonBody(nested(102))).toThrow(invalidJson);
  });

  test('of 101 is refused', () => {
    for (const nested of [lists, objects]) expect(() => readJsonBody(nested(101))).toThrow(invalidJson);
  });

  test('however deep, does not end the process', () => {
    expect(() => readJsonBody('['.repeat(5_000_000))).toThrow(invalidJson);
    expect(() => readJsonBody(lists(1_000_000))).toThrow(invalidJson);
  });

  test('does not count brackets in texts', () => {
    const brackets = '[{'.repeat(500);
    for (const text of [brackets, `\\"${brackets}`, `${brackets}\\\\`, `\\\\\\"${brackets}`, `\\u0022${brackets}`]) {
      const body = `{"a":"${text}","${text}":[1]}`;
      expect(readJsonBody(body)).toEqual(JSON.parse(body));
    }
    const escapedQuote = `["\\"", ${lists(99)}]`;
    expect(readJsonBody(escapedQuote)).toEqual(JSON.parse(escapedQuote));
    // A quote that is not escaped ends the text: what follows does nest.
    expect(() => readJsonBody(`["\\\\", ${lists(100)}]`)).toThrow(invalidJson);
  });

  test('counts depth, not brackets', () => {
    const wide = `[${Array.from({ length: 1000 }, () => '[{}]').join()}]`;
    expect(readJsonBody(wide)).toHaveLength(1000);
  });
});
