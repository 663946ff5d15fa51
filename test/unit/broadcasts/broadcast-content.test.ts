/** The text of broadcasts (broadcasts sheet §4). */
import { describe, expect, it, test } from 'vitest';
import {
  broadcastCharacterLimit,
  broadcastTooLong,
  countBroadcastCharacters,
  languageOf,
  normaliseBroadcastContent,
  requireBroadcastLength,
} from '../../../src/lib/broadcasts/broadcast-content.ts';

const tooLong = 'description must be 1,395 characters or fewer';
const tooLongWelsh = 'description must be 615 characters or fewer (because it could not be GSM7 encoded)';

describe('length', () => {
  test.each([
    ['a × 1395', 'a'.repeat(1395), 1395, null],
    ['a × 1396', 'a'.repeat(1396), 1396, tooLong],
    ['ŵ × 615', 'ŵ'.repeat(615), 615, null],
    ['ŵ × 616', 'ŵ'.repeat(616), 616, tooLongWelsh],
    ['[ × 697', '['.repeat(697), 1394, null],
    ['[ × 698', '['.repeat(698), 1396, tooLong],
    ['ŵ] × 307', 'ŵ]'.repeat(307), 614, null],
    ['a CR LF × 697', 'a\r\n'.repeat(697), 1393, null],
    ['… × 466', '…'.repeat(466), 466, null],
    ['é × 1395', 'é'.repeat(1395), 1395, null],
    ['ñ × 1395', 'ñ'.repeat(1395), 1395, null],
    ['😀 × 1395', '😀'.repeat(1395), 1395, null],
    ['ã × 1395', 'ã'.repeat(1395), 1395, null],
    ['á × 615', 'á'.repeat(615), 615, null],
    ['á × 616', 'á'.repeat(616), 616, tooLongWelsh],
    ['a × 1395 and a space', `${'a'.repeat(1395)} `, 1395, null],
    ['ŵ × 600 and w with a combining accent × 8', 'ŵ'.repeat(600) + 'w\u0302'.repeat(8), 616, tooLongWelsh],
    ['& × 1395', '&'.repeat(1395), 1395, null],
    ['what looks like placeholders', '((name))'.repeat(174), 1392, null],
    ['zero-width characters', 'a\u200b'.repeat(1395), 1395, null],
  ])('of %s', (_name, content, count, problem) => {
    expect(countBroadcastCharacters(content)).toBe(count);
    expect(broadcastTooLong(content, 'description')).toBe(problem);
  });

  it('is refused in the words of who asks', () => {
    const message = 'Content must be 1,395 characters or fewer';
    expect(() => requireBroadcastLength('a'.repeat(1396), 'Content')).toThrow(message);
    expect(() => requireBroadcastLength('a', 'Content')).not.toThrow();
    expect([broadcastCharacterLimit('a'), broadcastCharacterLimit('ŷ')]).toEqual([1395, 615]);
  });
});

test.each([...'ÀÁÂÈÊËÌÍÎÏÒÓÔÙÚÛÝáâêëíîïóôúûýÿŴŵŶŷŸẀẁẂẃẄẅỲỳ'])('%s makes a text Welsh', (letter) => {
  expect(languageOf(`a${letter}`)).toBe('welsh');
});

test.each([...'àèéìòùäöüÄÖÜÉÇñãçœ😀'])('%s does not make a text Welsh', (letter) => {
  expect(languageOf(`a${letter}`)).toBe('english');
});

test.each([
  ['Some content\r\n€ŷŵ~\r\n‘’“”—–-', 'Some content\n€ŷŵ~\n\'\'""---'],
  ['  hi  there .\n\n\n\n\nx\t y ,z  ', 'hi there.\n\nx y,z'],
  ['façade', 'facade'],
  ['😀 tea', '? tea'],
  ['a\u00a0\u00a0b', 'a b'],
  ['a\u202f \u00a0b', 'a b'],
  ['a\u2003\u2003b', 'a??b'],
  ['a\u3000b\u0085c\u2028d\fe\u00adf', 'a?b?c?d?e?f'],
  ['w\u0302', 'w?'],
  ['a\u001bb', 'a\u001bb'],
  ['a\u200bb…', 'ab...'],
  ['one\rtwo\r\nthree', 'one\ntwo\nthree'],
  ['a\n\n\n\nb', 'a\n\nb'],
  ['\u2003 a \u3000', 'a'],
  ['Emergency & Alerts <b> ((name))', 'Emergency & Alerts <b> ((name))'],
  ['', ''],
])('%j is sent as %j', (content, sent) => {
  expect(normaliseBroadcastContent(content)).toBe(sent);
  expect(normaliseBroadcastContent(sent)).toBe(sent);
});
