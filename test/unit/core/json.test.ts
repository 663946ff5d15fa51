import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonObject, isRawJsonNumber, parseJson, type JsonValue } from '../../../src/lib/core/json.ts';

const anyCharacter = fc.nat(0x10ffff).map((codePoint) => String.fromCodePoint(codePoint));

describe('numbers keep their spelling', () => {
  test.each([
    '1.0',
    '1e20',
    '1E5',
    '1e+5',
    '-0',
    '0.0',
    '-0.0',
    '0.10',
    '12345678901234567890',
    '-12345678901234567890',
    '0.1000000000000000055511151231257827',
    '1e400',
    '-1e400',
    '1e-400',
    '100000000000000000000000',
  ])('%s', (text) => {
    expect(isRawJsonNumber(parseJson(text))).toBe(true);
    for (const written of [text, `[${text}]`, `{"a":${text}}`, `{"a":{"b":[1,${text},"x"]}}`])
      expect(JSON.stringify(parseJson(written))).toBe(written);
  });

  test.each(['0', '1', '-1', '1.5', '0.1', '1e+21', '1e-7', '9007199254740993', '5e-324'])(
    '%s is a plain number when JavaScript spells it so',
    (text) => {
      const value = parseJson(text);
      if (String(Number(text)) === text) expect(value).toBe(Number(text));
      else expect(isRawJsonNumber(value)).toBe(true);
      expect(JSON.stringify(value)).toBe(text);
    },
  );

  test('wherever white space may stand', () => {
    const value = parseJson(' [ 1.0 ,\n\t2.50\r, {"a" :\n3.0 } ] ');
    expect(JSON.stringify(value)).toBe('[1.0,2.50,{"a":3.0}]');
  });

  test('and texts that look like numbers are texts', () => {
    expect(parseJson('{"a":"1.0","b":":1.0",": 2.0":3}')).toEqual({ a: '1.0', b: ':1.0', ': 2.0': 3 });
  });
});

describe('objects', () => {
  test('keep the last of duplicate keys, with its spelling', () => {
    expect(JSON.stringify(parseJson('{"a":1,"a":2.0}'))).toBe('{"a":2.0}');
    expect(parseJson('{"a":1.0,"a":2}')).toEqual({ a: 2 });
    expect(parseJson('{"a":1.0,"a":"x"}')).toEqual({ a: 'x' });
    expect(JSON.stringify(parseJson('{"a":{"b":1.0},"a":{"b":2.0}}'))).toBe('{"a":{"b":2.0}}');
    expect(JSON.stringify(parseJson('{"a":[1.0],"a":[2.0,3.0]}'))).toBe('{"a":[2.0,3.0]}');
  });

  test('may have keys that mean something to JavaScript', () => {
    const value = parseJson('{"__proto__":{"x":1.0},"constructor":2.0,"1":3.0,"0":4.0,"rawJSON":"5.0"}');
    expect(Object.keys(value as object).sort()).toEqual(['0', '1', '__proto__', 'constructor', 'rawJSON']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(JSON.stringify((value as Record<string, unknown>)['constructor'])).toBe('2.0');
    expect(isRawJsonNumber(parseJson('{"rawJSON":"5.0"}'))).toBe(false);
  });
});

test('a round trip gives the same text, whatever the numbers look like', () => {
  const digits = (minLength: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength: 25 });
  const spelling = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.oneof(
        fc.constant('0'),
        digits(1).map((text) => `1${text}`),
      ),
      fc.option(digits(1)),
      fc.option(fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), digits(1))),
    )
    .map(
      ([sign, whole, fraction, exponent]) =>
        `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : exponent.join('')}`,
    );
  const document = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      spelling,
      fc.string({ unit: anyCharacter }).map((text) => JSON.stringify(text)),
      fc.constantFrom('null', 'true', 'false'),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
      // Keys that are numbers would be moved to the front.
      fc
        .uniqueArray(fc.tuple(fc.string({ unit: fc.constantFrom('a', 'b', '_', '"', 'é') }), tie('value')), {
          maxLength: 4,
          selector: ([key]) => key,
        })
        .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
    ),
  })).value;
  fc.assert(
    fc.property(document, (text) => {
      expect(JSON.stringify(parseJson(text))).toBe(text);
    }),
  );
});

test('without odd numbers it is JSON.parse', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const plain: unknown = JSON.parse(text);
      // JSON.stringify never writes the one odd number that fc.json may hold, -0.
      expect(parseJson(JSON.stringify(plain))).toEqual(plain);
    }),
  );
});

test.each([
  '',
  ' ',
  '{',
  '[1.0',
  '{"a":01}',
  '[1.]',
  '+1',
  '[NaN]',
  'Infinity',
  "{'a':1}",
  '{"a":1,}',
  '\ufeff1',
  '"\n"',
])('%j is refused as JSON.parse refuses it', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError);
});

test.each<[JsonValue | undefined, boolean]>([
  [{}, true],
  [{ a: 1 }, true],
  [{ rawJSON: '1.0' }, true],
  [[], false],
  [null, false],
  ['{}', false],
  [1, false],
  [true, false],
  [undefined, false],
])('%j is an object: %s', (value, expected) => {
  expect(isJsonObject(value)).toBe(expected);
});

test('a number kept as text is no object', () => {
  expect(isJsonObject(parseJson('1.0'))).toBe(false);
});
