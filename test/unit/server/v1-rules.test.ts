import { describe, expect, test } from 'vitest';
import { isAppError } from '../../../src/lib/core/errors.ts';
import { parseJson, type JsonValue } from '../../../src/lib/core/json.ts';
import {
  assertV1Rules,
  choices,
  integer,
  optionalObject,
  positiveInteger,
  readInteger,
  readTruth,
  requiredText,
  truth,
  type V1Rule,
} from '../../../src/server/schemas/v1-rules.ts';

const missing = 'Missing data for required field.';
const noText = 'Not a valid string.';
const noInteger = 'Not a valid integer.';
const shout = requiredText((text) => (text === text.toUpperCase() ? null : 'Too quiet'));

const rows: [string, V1Rule, JsonValue | undefined, string[]][] = [
  ['a text that is not there', shout, undefined, [missing]],
  ['null for a text', shout, null, ['Field may not be null.']],
  ['a number for a text', shout, 5, [noText]],
  ['a number with its spelling for a text', shout, parseJson('1.0'), [noText]],
  ['a list for a text', shout, ['A'], [noText]],
  ['an object for a text', shout, {}, [noText]],
  ['a text that the check takes', shout, 'A', []],
  ['a text that the check refuses', shout, 'a', ['Too quiet']],
  ['an empty text without a check', requiredText(), '', []],
  ['a text with NUL', requiredText(), 'a\0', ['must not contain null characters']],
  ['half a surrogate pair', requiredText(), '\ud800', ['is not valid Unicode']],
  ['no object', optionalObject, undefined, []],
  ['null for an object', optionalObject, null, ['Field may not be null.']],
  ['a list for an object', optionalObject, [], ['Not a valid mapping type.']],
  ['a number with its spelling for an object', optionalObject, parseJson('1e20'), ['Not a valid mapping type.']],
  ['an object', optionalObject, { a: [1] }, []],
  [
    'odd texts deep in an object',
    optionalObject,
    { a: [{ '\0': '\ud800' }] },
    ['must not contain null characters', 'is not valid Unicode'],
  ],
  ['no number', integer, undefined, []],
  ['a number below 0', integer, '-3', []],
  ['a fraction', integer, '1.5', [noInteger]],
  ['an exponent', integer, '1e3', [noInteger]],
  ['no page', positiveInteger, undefined, []],
  ['page 1', positiveInteger, '1', []],
  ['page 0', positiveInteger, '0', ['Not a positive integer']],
  ['page -0', positiveInteger, '-0', ['Not a positive integer']],
  ['page x', positiveInteger, 'x', [noInteger]],
  ['neither yes nor no', truth, 'maybe', ['Not a valid boolean.']],
  ['an empty text for yes or no', truth, '', ['Not a valid boolean.']],
  ['yes', truth, 'yes', []],
  ['no yes or no', truth, undefined, []],
  ['choices', choices(['a', 'b']), ['b', 'c', 'a', 'd'], ['c is not one of [a, b]', 'd is not one of [a, b]']],
  ['no choices', choices(['a']), [], []],
];

describe('a rule says of', () => {
  test.each(rows)('%s what is wrong', (_name, rule, value, expected) => {
    expect(rule(value)).toEqual(expected);
  });
});

test.each<[string, number | null]>([
  ['7', 7],
  [' +07 ', 7],
  ['-2', -2],
  ['', null],
  ['1_000', null],
  ['0x10', null],
  ['Infinity', null],
])('%j is the number %j', (text, number) => expect(readInteger(text)).toBe(number));

test.each<[string, boolean | null]>([
  ['true', true],
  ['True', true],
  ['on', true],
  ['1', true],
  ['FALSE', false],
  ['0', false],
  ['n', false],
  ['truely', null],
])('%j is %j', (text, value) => expect(readTruth(text)).toBe(value));

test('everything that is wrong is told at once, by field', () => {
  const rules = { to: shout, template: requiredText(), personalisation: optionalObject };
  try {
    assertV1Rules(rules, { to: 'a', personalisation: {}, other: null });
    expect.unreachable('nothing was wrong');
  } catch (error) {
    if (!isAppError(error, 'VALIDATION_FAILED')) throw error;
    expect(error.details?.['fields']).toEqual({ to: ['Too quiet'], template: [missing] });
    expect(error.message).toBe(`Too quiet; ${missing}`);
  }
  expect(() => assertV1Rules(rules, { to: 'A', template: 'x', other: 1 })).not.toThrow();
});
