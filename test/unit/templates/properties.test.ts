import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/lib/core/json.ts';
import { fillPlaceholders } from '../../../src/lib/templates/fill-placeholders.ts';
import { renderEmail } from '../../../src/lib/templates/render-email.ts';
import { renderLetter } from '../../../src/lib/templates/render-letter.ts';
import { renderSms } from '../../../src/lib/templates/render-sms.ts';
import { renderTemplate } from '../../../src/lib/templates/render-template.ts';
import { sanitiseText } from '../../../src/lib/templates/sanitise-personalisation.ts';
import { renderSmsPreview } from '../../../src/lib/templates/sms-preview.ts';

// Pieces that mean something to one stage or another, and any UTF-16 unit, lone surrogates included.
const markup = fc.constantFrom(
  ...[
    '((a))',
    '((b??',
    '))',
    '((',
    '??',
    '\n',
    '\n\n',
    '* ',
    '1.',
    '#',
    '^ ',
    '---',
    '```',
    '    ',
    '|',
    '[',
    '](',
    ')',
    '<',
  ],
  ...[
    '<b>',
    '</b>',
    '<div>',
    '</div>\n\n',
    '<!--',
    '-->',
    '>',
    'https://',
    '[^1]',
    '[^1]: x',
    '[r]: u',
    '&amp;',
    '&#',
    ';',
  ],
  ...['"', "'", '\\', '!', ' ', '\t', '\u2028', 'gov.uk', 'qr:', '.', ',', '@', '–', '\ud800', 'é', '😀'],
);
const text = fc
  .array(
    fc.oneof({ weight: 3, arbitrary: markup }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) }),
  )
  .map((pieces) => pieces.join(''));
const values = fc.record(
  { a: fc.oneof(text, fc.array(text), fc.jsonValue()), b: fc.oneof(text, fc.boolean()) },
  { requiredKeys: [] },
);

function renderEverything(content: string, personalisation: JsonObject): void {
  const source = { subject: content, content, personalisation };
  renderSms({ content, personalisation, prefix: content });
  renderSmsPreview({ content, personalisation, prefix: content, sender: content });
  renderEmail({ ...source, unsubscribeUrl: 'https://e.org' });
  renderLetter({ ...source, drawQrCode: (data) => data });
  sanitiseText(content);
  for (const templateType of ['sms', 'email', 'letter'] as const)
    renderTemplate({ templateType, content, subject: content, hasUnsubscribeLink: false }, personalisation);
}

describe('rendering anything', () => {
  it('never throws', () => {
    fc.assert(
      fc.property(text, values, (content, personalisation) => {
        renderEverything(content, personalisation as JsonObject);
      }),
      { numRuns: 1000 },
    );
  });

  it('never lets a tag of a value through in escape mode', () => {
    fc.assert(
      fc.property(text, fc.oneof(text, fc.array(text)), (content, value) => {
        const plain = content.replaceAll('<', '');
        const filled = fillPlaceholders(
          plain,
          { a: value, b: value },
          { escape: true, lists: 'bullets', unfilled: 'text' },
        );
        expect(filled).not.toContain('<');
      }),
      { numRuns: 1000 },
    );
  });

  it('never lets a tag of a value into an HTML body', () => {
    // Whatever the values are, an email holds no tag but those of the renderer.
    const known =
      /<\/?(?:p|h2|h3|br|hr|ul|ol|li|table|tr|td|div|blockquote|a)(?: (?:style|href|role|title)="[^"<>]*")*>/g;
    fc.assert(
      fc.property(text, (value) => {
        const { htmlBody } = renderEmail({
          subject: '',
          content: '((a))',
          personalisation: { a: value.replaceAll('"', '') },
        });
        expect(htmlBody.replace(known, '')).not.toMatch(/[<>]/);
      }),
      { numRuns: 1000 },
    );
  });

  it('makes texts of characters that phones show, and counts them alike', () => {
    const allowed =
      /^[@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€àèìòùẁỳáéíóúẃýäëïöüẅÿâêîôûŵŷÀÈÌÒÙẀỲÁÉÍÓÚẂÝÄËÏÖÜẄŸÂÊÎÔÛŴŶ]*$/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (content, value) => {
        const sms = renderSms({ content: `${content}((a))`, personalisation: { a: value }, prefix: null });
        expect(sms.text.replaceAll('\u001b', '')).toMatch(allowed);
        expect(sms.characterCount).toBe(sms.text.length);
        expect(sms.empty).toBe(sms.text === '');
      }),
      { numRuns: 1000 },
    );
  });
});
