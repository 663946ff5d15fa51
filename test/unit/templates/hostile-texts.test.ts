import { describe, test } from 'vitest';
import { renderEmailText } from '../../../src/lib/templates/render-email.ts';
import { renderSms } from '../../../src/lib/templates/render-sms.ts';
import { renderSubject } from '../../../src/lib/templates/render-subject.ts';
import { sanitiseText } from '../../../src/lib/templates/sanitise-personalisation.ts';

// Each of these takes quadratic or exponential time in some regular expression or parser that is easy to write: such a
// text would not end within the limit.
const hostile: [name: string, piece: string, ending?: string][] = [
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
  ['nested links', '[ ', `${'x](u) '.repeat(10_000)}`],
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

describe('hostile texts of a million characters', () => {
  test.each(hostile)('%s: rendering ends', { timeout: 60_000 }, (_name, piece, ending = '') => {
    const content = piece.repeat(Math.ceil(1_000_000 / piece.length)) + ending;
    const personalisation = { b: 'x' };
    // The text version of an email knows the whole grammar, raw HTML included.
    renderEmailText({ content, personalisation });
    renderSms({ content, personalisation, prefix: null });
    renderSubject(content, personalisation, { escape: true });
    sanitiseText(content);
  });
});
