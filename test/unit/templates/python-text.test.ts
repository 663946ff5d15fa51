import { describe, expect, it, test } from 'vitest';
import { parseJson } from '../../../src/lib/core/json.ts';
import { pythonText } from '../../../src/lib/templates/python-text.ts';

describe('values as Python prints them', () => {
  test.each([
    ['1.0', '1.0'],
    ['1.50', '1.5'],
    ['1e3', '1000.0'],
    ['0.00001', '1e-05'],
    ['0.0001', '0.0001'],
    ['1e16', '1e+16'],
    ['1e15', '1000000000000000.0'],
    ['1e22', '1e+22'],
    ['1E+2', '100.0'],
    ['1.5e300', '1.5e+300'],
    ['-0.0', '-0.0'],
    ['-0', '0'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['-12.5', '-12.5'],
    ['-1.25e-7', '-1.25e-07'],
    ['12345678901234567890', '12345678901234567890'],
    ['123456789.123', '123456789.123'],
    ['1e999', 'inf'],
    ['-1e999', '-inf'],
    ['true', 'True'],
    ['false', 'False'],
    ['null', 'None'],
    ['"it\'s"', "it's"],
    ['[1, 2.0, [true, null]]', '[1, 2.0, [True, None]]'],
    ['{"a": 1, "b": [true, null]}', "{'a': 1, 'b': [True, None]}"],
    ['{"q": "it\'s"}', `{'q': "it's"}`],
    ['["say \\"hi\\""]', `['say "hi"']`],
    ['["it\'s \\"hi\\""]', `['it\\'s "hi"']`],
    ['["a\\nb\\\\\\t\\u0007\\u200b\\ue000é \\u00a0"]', "['a\\nb\\\\\\t\\x07\\u200b\\ue000é \\xa0']"],
    ['["\\ud800", "😀"]', "['\\ud800', '😀']"],
    ['{}', '{}'],
  ])('%s reads %s', (json, text) => {
    expect(pythonText(parseJson(json))).toBe(text);
  });

  test('numbers made by programs read the same', () => {
    expect([0.1 + 0.2, 5, -0, 1e21, 0.5].map(pythonText)).toEqual(['0.30000000000000004', '5', '0', '1e+21', '0.5']);
  });

  it('stops at a depth that only an attacker reaches', () => {
    const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000)) as [];
    expect(pythonText(deep)).toContain('[...]');
  });
});
