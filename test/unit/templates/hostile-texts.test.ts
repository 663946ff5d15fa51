import { describe, expect, it, test } from 'vitest';
import { renderEmailText } from '../../../src/lib/templates/render-email.ts';
import { renderSms } from '../../../src/lib/templates/render-sms.ts';
import { renderSubject } from '../../../src/lib/templates/render-subject.ts';
import { sanitiseText } from '../../../src/lib/templates/sanitise-personalisation.ts';
import { expectLinearTime } from '../../support/processor-time.ts';

// Each of these takes quadratic or exponential time in some regular expression or parser that is easy to write.
const hostile: [name: string, piece: string, ending?: string | ((size: number) => string)][] = [
  ['opening brackets', '('],
  ['opening placeholders', '((a'],
  ['closed placeholders', '((a??'],
  ['spaces', ' ', 'x'],
  ['tabs', '\t', 'x'],
  ['line feeds', '\n', 'x'],
  ['spaces and line feeds', ' \n'],
  ['Unicode spaces', '\u3000', 'x'],
  ['spaced hyphens', ' - '],
  ['heading marks', '# '],
  ['trailing heading marks', ' #', 'x'],
  ['square brackets', '['],
  ['nested brackets', '[a', '](u)'],
  ['nested links', '[ ', (size) => 'x](u) '.repeat(size / 100)],
  ['bracket pairs', '[ [x] ', ']'],
  ['half links', '[a](u "'],
  ['links without end', '[a]('],
  ['link texts without end', 'a]('],
  ['angle links', '[a](<u> "'],
  ['references', '[a][b', `]\n\n[b]: u`],
  ['footnote marks', '[^', `]\n\n[^a]: u`],
  ['definitions', '[a\n'],
  ['definitions with colons', '[r]: u "t\n'],
  ['tags without end', '<a b='],
  ['tags with quotes', '<a b="'],
  ['elements without end', '<div>\n'],
  ['elements of many names', '<a><b><div><x1><x2>'],
  ['closing tags', '<div></div>x\n'],
  ['comments without end', '<!-- '],
  ['angle addresses', '<a:'],
  ['angle brackets', '<'],
  ['fences without end', '```a\n'],
  ['fences', '```\na\n'],
  ['a long fence', '`', '\n```x'],
  ['list marks', '*'],
  ['list items', '* a\n'],
  ['loose list items', '* a\n\n'],
  ['nested list items', '* a\n  * b\n'],
  ['numbers', '1'],
  ['insets', '^ a\n\n'],
  ['inset marks', '^'],
  ['underlines', 'a\n=\n'],
  ['table rows', 'a | b\n--|--\n'],
  ['table marks', '|'],
  ['rule marks', '- ', 'x'],
  ['indented code', '    a\n'],
  ['entities', '&a'],
  ['numeric entities', '&#1'],
  ['escapes', '\\'],
  ['quotes', `'"`],
  ['quotes and letters', `'s`],
  ['at signs', '@'],
  ['words', `o'a `, '@b'],
  ['addresses', 'https://'],
  ['address ends', 'https://)'],
  ['labels', 'a.'],
  ['hyphens', 'a-'],
  ['labels after a sign', '@a.'],
  ['GOV.UK', 'gov.uk '],
  ['QR codes', 'qr: x\n\n'],
  ['private-use characters', '\ue000((a))'],
];

/** What a text meets between a template and a message. */
function render(content: string): void {
  const personalisation = { b: 'x' };
  // The text version of an email knows the whole grammar, raw HTML included.
  renderEmailText({ content, personalisation });
  renderSms({ content, personalisation, prefix: null });
  renderSubject(content, personalisation, { escape: true });
  sanitiseText(content);
}

describe('hostile texts', () => {
  test.each(hostile)('%s: rendering takes no longer than their length', (_name, piece, ending = '') => {
    expectLinearTime((size) => {
      const end = typeof ending === 'string' ? ending : ending(size);
      render(piece.repeat(Math.ceil(size / piece.length)) + end);
    }, 100_000);
  });

  // More of everything than a call takes arguments, or a stack holds.
  it('of a million characters are rendered', { timeout: 60_000 }, () => {
    for (const piece of ['((a??', '[', '* a\n']) render(piece.repeat(1_000_000 / piece.length));
  });

  it('are told from harmless ones by the time they take', () => {
    const spaces = (size: number): boolean => /\s+x$/.test(' '.repeat(size));
    expect(() => expectLinearTime(spaces, 12_000)).toThrow(/^The time grows faster than the size: /);
  });
});
