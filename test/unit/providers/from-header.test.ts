import { expect, test } from 'vitest';
import { fromHeader } from '../../../src/lib/providers/email/from-header.ts';

const address = 'a@b.example';

test.each([
  ['Passports', `"Passports" <${address}>`],
  ['Births, deaths & "marriages" \\', `"Births, deaths & \\"marriages\\" \\\\" <${address}>`],
  ['A\r\nBcc: x@y.example', `"A Bcc: x@y.example" <${address}>`],
  ['Ŵŷ', `=?utf-8?B?xbTFtw==?= <${address}>`],
])('%j is written %s', (name, expected) => {
  expect(fromHeader({ name, address })).toBe(expected);
});

test('a long name is words of 75 characters at most, none of which splits a character', () => {
  const name = 'Gwasanaeth trwyddedau gyrru – Ŵŷ 📩📩📩📩📩📩📩📩📩📩📩📩';
  const words = fromHeader({ name, address }).split(' ').slice(0, -1);
  expect(words.length).toBeGreaterThan(1);
  for (const word of words) expect(word.length).toBeLessThanOrEqual(75);
  const decoded = words.map((word) => Buffer.from(/^=\?utf-8\?B\?(.+)\?=$/.exec(word)![1]!, 'base64').toString());
  expect(decoded.join('')).toBe(name);
});
