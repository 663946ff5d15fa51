import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../src/lib/core/json.ts';
import { renderLetter } from '../../../src/lib/templates/render-letter.ts';
import { renderTemplate } from '../../../src/lib/templates/render-template.ts';
import { readVectors } from './read-vectors.ts';

function render(content: string, personalisation: JsonObject = {}) {
  const drawQrCode = (data: string) => `[[QR:${Buffer.from(data).toString('hex')}]]`;
  return renderLetter({ subject: 'Subject', content, personalisation, drawQrCode });
}

const qrCode = (data: string) => `<p><div class='qrcode'>[[QR:${Buffer.from(data).toString('hex')}]]</div></p>`;

describe('letters', () => {
  // Worked table L of the templating sheet, §6.
  test.each([
    [
      'L1',
      '# H\n\npara https://www.gov.uk and a-b - c\n\n* x\n* y\n\n***\n\nend',
      "<h2>H</h2>\n<p>para <strong data‑original‑protocol='https://'>www.gov.uk</strong> and a‑b – c</p>" +
        '<ul>\n<li>x</li>\n<li>y</li>\n</ul>\n<div class="page‑break">&nbsp;</div><p>end</p>',
    ],
    ['L2', '## sub\n^ inset', '<p>sub</p><p>inset</p>'],
    ['L3', '[x](http://y.com)', '<p>[x](http://y.com)</p>'],
    ['L4', 'a\n\n\nb', '<p>a</p><p>b</p>'],
    ['L5', '\n\na', '<br><p>a</p>'],
    ['L5', 'a\n\n    code', '<p>a</p>code'],
    ['L6', '1. a\n2. b', '<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n'],
    ['L6', '* a\n\n* b', '<ul>\n<li><p> a</p></li>\n<li><p> b</p></li>\n</ul>\n'],
    ['L7', 'a *b* [t](u "v")', '<p>a *b* [t](u “v”)</p>'],
    ['L7', '[r]\n\n[r]: http://x.y', '<p>[r](http://x.y)</p>'],
    ['L8', 'qr: https://e.org/a', qrCode('https://e.org/a')],
    ['L8', 'x qr: y', '<p>x qr: y</p>'],
    ['L8', '# qr: x', '<h2>qr: x</h2>\n'],
    ['QR with a line break', 'QR : a\nb', qrCode('a<br>b')],
    ['QR with entities', 'qr:https://e.org/?a=1&b=2-3', qrCode('https://e.org/?a=1&b=2-3')],
    ['QR in a tight item', '* qr: x', '<ul>\n<li>qr: x</li>\n</ul>\n'],
    ['QR in a loose item', '* qr: x\n\n* y', `<ul>\n<li>${qrCode('x')}</li>\n<li><p> y</p></li>\n</ul>\n`],
    ['no QR data', 'qr:', '<p>qr:</p>'],
    ['a tag that looks like ours', '<qrcode 0>', '<p>&lt;qrcode 0&gt;</p>'],
    ['no unlinking', 'GOV.UK', '<p>GOV.UK</p>'],
    [
      'unfilled QR',
      'qr: ((x))',
      "<p><div class='qrcode‑placeholder'><span class='placeholder'>&#40;&#40;x&#41;&#41;</span></div></p>",
    ],
  ])('%s: %j', (_label, content, html) => {
    expect(render(content).htmlBody).toBe(html);
  });

  it('escape their subject, in the API too', () => {
    const letter = renderLetter({ subject: "A & B <i> it's - x", content: 'a', personalisation: {} });
    expect(letter.subject).toBe('A &amp; B &lt;i&gt; it’s – x');
  });

  it('refuse QR codes of more than 504 bytes of escaped text', () => {
    expect(render(`qr: ${'d'.repeat(504)}`).qrCodeTooLong).toBeNull();
    expect(render(`qr: ${'d'.repeat(505)}`).qrCodeTooLong).toEqual({
      data: 'd'.repeat(505),
      numBytes: 505,
      maxBytes: 504,
    });
    expect(render(`qr: ${'d'.repeat(500)}&`).qrCodeTooLong?.numBytes).toBe(505);
    expect(render('qr: ((x))', { x: 'é'.repeat(253) }).qrCodeTooLong?.numBytes).toBe(506);
    expect(render(`qr: https://e.org/${'d'.repeat(491)}`).qrCodeTooLong).not.toBeNull();
    expect(render(`qr: https://e.org/${'d'.repeat(490)}`).qrCodeTooLong).toBeNull();
  });

  it('show hidden values when redacted', () => {
    const letter = renderLetter({ subject: '((a))', content: '((b))', personalisation: {}, redact: true });
    expect(letter.subject).toBe("<span class='placeholder-redacted'>hidden</span>");
    expect(letter.htmlBody).toBe("<p><span class='placeholder‑redacted'>hidden</span></p>");
  });
});

describe('vectors of the original', () => {
  test.each(readVectors('render-letter.jsonl'))('$name', ({ input, expected }) => {
    const { subject, content, personalisation } = input;
    const letter = renderLetter({
      subject,
      content,
      personalisation,
      drawQrCode: (data) => `[[QR:${Buffer.from(data).toString('hex')}]]`,
    });
    const api = renderTemplate(
      { templateType: 'letter', subject, content, hasUnsubscribeLink: false },
      personalisation,
    );
    expect({
      missing: api.missing,
      subject: letter.subject,
      body: letter.apiBody,
      html_body: letter.htmlBody,
      qr_too_long: letter.qrCodeTooLong,
    }).toEqual(expected);
    expect([api.body, api.subject, api.qrCodeTooLong]).toEqual([letter.apiBody, letter.subject, null]);
  });
});
