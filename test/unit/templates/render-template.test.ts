import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../src/lib/core/json.ts';
import { renderTemplate, templatePlaceholders } from '../../../src/lib/templates/render-template.ts';
import type { TemplateType } from '../../../src/lib/templates/template.ts';

function render(templateType: TemplateType, content: string, personalisation: JsonObject = {}, subject = 'Subject') {
  const source = { templateType, content, subject: templateType === 'sms' ? null : subject, hasUnsubscribeLink: true };
  return renderTemplate(source, personalisation);
}

describe('what the API knows of a message', () => {
  it('of a text: no subject, the final text without prefix', () => {
    expect(render('sms', 'Hi ((name))\r\n–', { NAME: 'Zoë' })).toEqual({
      missing: [],
      subject: null,
      body: 'Hi Zoë\n-',
      empty: false,
      tooLong: null,
      qrCodeTooLong: null,
    });
  });

  it('of an email: subject as sent, markdown source with line ends as they came', () => {
    expect(render('email', '\u3000# ((a))\r\n- <b> ', { a: ['x', 'y'] }, "it's <((a))>")).toEqual({
      missing: [],
      subject: 'it’s <x and y>',
      body: '# \n\n* x\n* y\r\n- <b>',
      empty: false,
      tooLong: null,
      qrCodeTooLong: null,
    });
  });

  it('of a letter: an escaped subject', () => {
    expect(render('letter', 'a < b', {}, 'A & B <i>')).toMatchObject({
      subject: 'A &amp; B &lt;i&gt;',
      body: 'a < b',
    });
  });

  it('names missing values in the order of the template, subject first, untrimmed', () => {
    expect(render('email', '((b)) ((c??x)) ((A))', { b: 1 }, '((a)) (( d))').missing).toEqual(['a', ' d', 'c']);
    expect(templatePlaceholders({ subject: '((z))', content: '((y)) ((Z))' })).toEqual(['z', 'y']);
  });

  it('names those of a letter’s contact block and Welsh first', () => {
    const letter = {
      templateType: 'letter',
      contactBlock: '((office))\n((Town))',
      welshSubject: '((pwnc))',
      welshContent: '((corff))((town))',
      subject: '((subject))',
      content: '((body)) ((office))',
      hasUnsubscribeLink: false,
    } as const;
    const names = ['office', 'Town', 'pwnc', 'corff', 'subject', 'body'];
    expect(templatePlaceholders(letter)).toEqual(names);
    expect(renderTemplate(letter, { unused: 1 }).missing).toEqual(names);
    expect(renderTemplate(letter, { town: 'London', office: null }).missing).toEqual(
      names.filter((name) => name !== 'Town'),
    );
  });

  it('shows unfilled placeholders of emails and letters as markup', () => {
    expect(render('email', '((a))').body).toBe("<span class='placeholder'>&#40;&#40;a&#41;&#41;</span>");
  });

  test.each<[TemplateType, string, JsonObject, boolean]>([
    ['sms', '((a))', { a: ' ' }, true],
    ['sms', ' x', {}, false],
    ['email', '', {}, true],
    ['email', '((a))', { a: '' }, true],
    ['email', '((a))((b))', { a: '\n', b: [] }, true],
    ['email', ' ((a))', { a: '' }, false],
    ['email', '  ', {}, false],
    ['letter', '((a))', { a: ' ' }, true],
    ['letter', '((a))', { a: 'x' }, false],
  ])('a %s %j with %j is empty: %s', (type, content, values, empty) => {
    expect(render(type, content, values).empty).toBe(empty);
  });

  it('says how long a text is that is too long', () => {
    expect(render('sms', 'a'.repeat(918)).tooLong).toBeNull();
    expect(render('sms', 'a'.repeat(919)).tooLong).toBe(
      'Your message is too long. Text messages cannot be longer than 918 characters. Your message is 919 characters long.',
    );
  });

  it('says how many bytes an email has that is too long', () => {
    expect(render('email', 'é'.repeat(1_000_000)).tooLong).toBeNull();
    expect(render('email', 'é'.repeat(1_000_000) + 'a').tooLong).toBe(
      'Your message is too long. Emails cannot be longer than 2000000 bytes. Your message is 2000001 bytes.',
    );
  });

  it('says when the link of a QR code is too long', () => {
    expect(render('letter', 'qr: ((x))', { x: 'a'.repeat(650) })).toMatchObject({
      tooLong: 'Cannot create a usable QR code - the link is too long',
      qrCodeTooLong: { data: 'a'.repeat(650), numBytes: 650, maxBytes: 504 },
    });
  });

  it('says it of the Welsh, too, and of the Welsh first', () => {
    const letter = {
      templateType: 'letter',
      welshContent: 'qr: ((x))',
      subject: 'Subject',
      content: `qr: ${'b'.repeat(600)}`,
      hasUnsubscribeLink: false,
    } as const;
    expect(renderTemplate(letter, { x: 'a'.repeat(505) }).qrCodeTooLong).toMatchObject({ numBytes: 505 });
    expect(renderTemplate(letter, { x: 'a'.repeat(504) }).qrCodeTooLong).toMatchObject({ numBytes: 600 });
  });

  it('hides values when redacted', () => {
    const source = { templateType: 'sms', content: 'code ((c))', subject: null, hasUnsubscribeLink: false } as const;
    expect(renderTemplate(source, {}, { redact: true }).body).toBe('code [hidden]');
  });
});
