import { describe, expect, it } from 'vitest';
import { decodeMmgText } from '../../../src/lib/inbound/mmg-text.ts';

const cases: readonly [name: string, text: string, decoded: string][] = [
  ['a plus', 'lots+of+words', 'lots of words'],
  ['an escaped plus', 'x+%2B+y', 'x + y'],
  ['an emoji', '%F0%9F%93%A9', '📩'],
  ['text that needs nothing', '“Zoë” 📩', '“Zoë” 📩'],
  ['a line end', String.raw`1\n2`, '1\n2'],
  ['an encoded backslash', '1%5Cn2', '1\n2'],
  ['quotes', String.raw`\'\"`, `'"`],
  ['a backslash', String.raw`a\\n`, String.raw`a\n`],
  ['a hexadecimal escape', String.raw`\x41b`, 'Ab'],
  ['a short Unicode escape', String.raw`\u00e9\u20ac1`, 'é€1'],
  ['a long Unicode escape', String.raw`\U0001F4E9!`, '📩!'],
  ['surrogates', String.raw`\ud83d\udce9`, '📩'],
  ['an octal escape', String.raw`\101\0`, 'A\0'],
  ['an escape that is none', String.raw`\d\ `, String.raw`\d\ `],
  ['a backslash at the end of a line', 'a\\\nb', 'ab'],
  ['a lone backslash at the end', String.raw`1\n2\ `.trim(), String.raw`1\n2\ `.trim()],
  ['a hexadecimal escape without digits', String.raw`a\n\xg`, String.raw`a\n\xg`],
  ['a short Unicode escape that is too short', String.raw`\u12`, String.raw`\u12`],
  ['a code point that does not exist', String.raw`\UFFFFFFFF`, String.raw`\UFFFFFFFF`],
  ['a named character', String.raw`\N{BULLET}`, String.raw`\N{BULLET}`],
  ['a percent sign', '100%+%zz%2', '100% %zz%2'],
  ['what is no UTF-8', '%FF', '\ufffd'],
  ['nothing', '', ''],
];

describe('a text from MMG', () => {
  it.each(cases)('with %s', (_name, text, decoded) => {
    expect(decodeMmgText(text)).toBe(decoded);
  });
});
