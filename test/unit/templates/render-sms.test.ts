import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../src/lib/core/json.ts';
import { missingPersonalisation, placeholderNames } from '../../../src/lib/templates/placeholders.ts';
import { renderSms } from '../../../src/lib/templates/render-sms.ts';
import { downgradeToSms } from '../../../src/lib/templates/sms-encoding.ts';
import { readVectors } from './read-vectors.ts';

function render(content: string, personalisation: JsonObject = {}, prefix: string | null = null) {
  return renderSms({ content, personalisation, prefix });
}

describe('text messages', () => {
  // Worked table S of the templating sheet, §4.
  test.each<[label: string, content: string, values: JsonObject, prefix: string | null, text: string]>([
    ['S1', 'hi ((name))', { name: 'Zoë' }, 'Svc', 'Svc: hi Zoë'],
    ['S2', 'Łōdź — “q” … €5 😀 ç ™', {}, null, 'Lodz - "q" ... €5 ? c ?'],
    ['S3', 'a  b\t\tc \n\n\n\nd ,e .', {}, null, 'a b c\n\nd,e.'],
    ['S9', '((a))', { a: '' }, 'S', 'S:'],
    ['S10', '((a))', { a: ['x', 'y', 'z'] }, null, 'x, y and z'],
    ['S11', 'foo ((placeholder))', {}, null, 'foo '],
    ['S12', 'à é ò ü ñ Ç ç á í ó ú', {}, null, 'à é ò ü ñ Ç c á í ó ú'],
    ['S13', '<b>((n))</b> &amp;', { n: '<i>' }, null, '<b><i></b> &amp;'],
    ['S14', ' \u200b hi\u00a0you \r\n x', {}, '  Svc  ', 'Svc: hi you\nx'],
    ['S15', '深', {}, null, '?'],
    ['S15', '嶲', {}, null, '?'],
    ['S15', '🚀', {}, null, '?'],
    ['S16', "'First line.\n", {}, null, "'First line."],
    ['S17', 'P1 \n\n\n\n\n\n P2', {}, null, 'P1\n\nP2'],
    ['S21', '((a)) ((b))', { b: 'x' }, null, '((a)) x'],
    ['S22', 'a\u2028b\vc\u0085d', {}, null, 'a\nb\nc\nd'],
    ['S23', 'x', {}, '', 'x'],
    ['S23', 'x', {}, '  ', ': x'],
    ['S25', ' , x', {}, 'S', 'S:, x'],
    ['S26', '((a??x))', { a: ['true'] }, null, 'x'],
    ['S27', 'a\0b\x07', {}, null, 'a?b?'],
    ['unfilled word', 'a ((b)) , c', {}, null, 'a , c'],
    ['unfilled at the start', '((a)) y', {}, null, ' y'],
    ['unfilled conditional', '((a??x)) y', {}, null, 'y'],
    ['unfilled between line breaks', 'a\n\n((b))\n\nc', {}, null, 'a\n\n\n\nc'],
    ['unfilled beside a private-use character', '\ue000((b))', {}, null, '?'],
    ['the last line end', 'a\x1c', {}, null, 'a'],
  ])('%s: %j', (_label, content, values, prefix, text) => {
    expect(render(content, values, prefix).text).toBe(text);
  });

  test.each([
    ['S1', 'hi Zoë', 'Svc', 11, 6, 1],
    ['S2', 'Łōdź — “q” … €5 😀 ç ™', null, 23, 23, 1],
    ['S4', 'ŵ'.repeat(70), null, 70, 70, 1],
    ['S4', 'ŵ'.repeat(71), null, 71, 71, 2],
    ['S5', `ŵ${'a'.repeat(133)}`, null, 134, 134, 2],
    ['S5', `ŵ${'a'.repeat(134)}`, null, 135, 135, 3],
    ['S6', 'a'.repeat(160), null, 160, 160, 1],
    ['S6', 'a'.repeat(161), null, 161, 161, 2],
    ['S6', 'a'.repeat(306), null, 306, 306, 2],
    ['S6', 'a'.repeat(307), null, 307, 307, 3],
    ['S7', '€'.repeat(80), null, 80, 80, 1],
    ['S7', '€'.repeat(81), null, 81, 81, 2],
    ['S8', 'a'.repeat(918), 'Service', 927, 918, 7],
    ['S8', 'a'.repeat(919), 'Service', 928, 919, 7],
    ['S14', ' \u200b hi\u00a0you \r\n x', '  Svc  ', 13, 4, 1],
    ['S18', 'à'.repeat(612), null, 612, 612, 4],
    ['S18', 'à'.repeat(613), null, 613, 613, 5],
    ['S19', `${'a'.repeat(304)}[]`, null, 306, 306, 3],
    ['S20', `${'â'.repeat(70)}{`, null, 71, 71, 2],
    ['S23', 'x', '', 1, 1, 1],
    ['S23', 'x', '  ', 3, 0, 1],
    ['S24', 'a'.repeat(920), '  Svc  ', 925, 916, 7],
  ])('%s: counts characters and fragments', (_label, content, prefix, characters, withoutPrefix, fragments) => {
    const sms = render(content, {}, prefix);
    expect([sms.characterCount, sms.characterCountWithoutPrefix, sms.fragmentCount]).toEqual([
      characters,
      withoutPrefix,
      fragments,
    ]);
  });

  it('are judged too long and empty without their prefix', () => {
    expect(render('a'.repeat(918), {}, 'Service').tooLong).toBe(false);
    expect(render('a'.repeat(919), {}, 'Service').tooLong).toBe(true);
    expect(render('a'.repeat(920), {}, '  Svc  ').tooLong).toBe(true);
    expect(render('((a))', { a: ' ' }, 'S').empty).toBe(true);
    expect(render('x', {}, '  ').empty).toBe(false);
  });

  it('are Unicode for Welsh letters that GSM lacks, as they stood before the downgrade', () => {
    expect(['Zoë', 'ŵ', 'à ü É', 'ấ', '深', 'Ō'].map((content) => render(content).encoding)).toEqual([
      'UCS-2',
      'UCS-2',
      'GSM-7',
      'GSM-7',
      'GSM-7',
      'GSM-7',
    ]);
  });

  it('show hidden values when redacted', () => {
    expect(renderSms({ content: 'hi ((name))', personalisation: {}, prefix: null, redact: true }).text).toBe(
      'hi [hidden]',
    );
  });
});

describe('downgrade of characters', () => {
  test.each([
    ['Ą', 'A'],
    ['ấ', 'â'],
    ['Ậ', '?'],
    ['ṩ', '?'],
    ['Ǟ', 'Ä'],
    ['\u212b', 'Å'],
    ['\u2126', 'Ω'],
    ['\u037e', ';'],
    ['\u1fef', '?'],
    ['ß', 'ß'],
    ['½²™①ﬁＡ', '??????'],
    ['각\u1100', '??'],
    ['\u0301', '?'],
    ['\u{1109a}', '?'],
    ['\ud800', '?'],
    ['\u2011–—−', '----'],
    ['‘’‚“”„', `'''"""`],
    ['\u180e\u200b\u200c\u200d\u2060\ufeff', ''],
    ['\u00a0\u202f\t', '   '],
    ['Łł', 'Ll'],
    ['ẁẃẅŵỳýÿŷ', 'ẁẃẅŵỳýÿŷ'],
    ['^{}\\[~]|€\x1b\r', '^{}\\[~]|€\x1b\r'],
  ])('of %j is %j', (source, expected) => {
    expect(downgradeToSms(source)).toBe(expected);
  });
});

describe('vectors of the original', () => {
  test.each(readVectors('render-sms.jsonl'))('$name', ({ input, expected }) => {
    const { content, personalisation, prefix } = input;
    const sent = renderSms({ content, personalisation, prefix });
    const api = renderSms({ content, personalisation, prefix: null });
    expect({
      missing: missingPersonalisation(placeholderNames(content), personalisation),
      body: sent.text,
      api_body: api.text,
      character_count: sent.characterCount,
      character_count_without_prefix: sent.characterCountWithoutPrefix,
      api_character_count: api.characterCount,
      fragment_count: sent.fragmentCount,
      encoding: sent.encoding,
      too_long: sent.tooLong,
      empty: sent.empty,
      too_long_with_prefix_set: sent.characterCountWithoutPrefix > 918,
      empty_with_prefix_set: sent.characterCountWithoutPrefix === 0,
    }).toEqual({ ...expected, extended_characters: undefined });
  });
});
