import { describe, expect, it, test } from 'vitest';
import { layOutEmail } from '../../../src/lib/templates/email-layout.ts';
import { renderEmail, renderPreheader } from '../../../src/lib/templates/render-email.ts';
import { renderSubject } from '../../../src/lib/templates/render-subject.ts';
import { renderTemplate } from '../../../src/lib/templates/render-template.ts';
import { readVectors } from './read-vectors.ts';

const source = { subject: 'Subject', content: 'Hi', personalisation: {} };

describe('emails', () => {
  it('E28: end in an unsubscribe link when they have one', () => {
    const email = renderEmail({ ...source, unsubscribeUrl: 'https://e.org/u/1' });
    const rule = '=-'.repeat(33).slice(0, 65);
    expect(email.plainText).toBe(`Hi\n\n${rule}\n\nUnsubscribe from these emails: https://e.org/u/1\n`);
    expect(email.htmlBody).toBe(
      '<p style="Margin: 0 0 20px 0; font-size: 19px; line-height: 25px; color: #0B0C0C;">Hi</p>' +
        '<hr style="border: 0; height: 1px; background: #B1B4B6; Margin: 30px 0 30px 0;">' +
        '<p style="Margin: 0 0 20px 0; font-size: 19px; line-height: 25px; color: #0B0C0C;">' +
        '<a style="word-wrap: break-word; color: #1D70B8;" href="https://e.org/u/1">Unsubscribe from these emails</a></p>',
    );
    expect(email.preheader).toBe('Hi');
    expect(email.apiBody).toBe('Hi');
  });

  it('have a text part of one line feed when they are empty', () => {
    expect(renderEmail({ ...source, content: '' }).plainText).toBe('\n');
  });

  it('are whole HTML documents with title, hidden preheader and body', () => {
    const { html } = renderEmail({ subject: "it's <b>", content: '# A & B\n\nc', personalisation: {} });
    expect(html).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
    expect(html).toContain('<title>it’s &lt;b&gt;</title>');
    expect(html).toContain(
      '<span style="display: none;font-size: 1px;color: #fff; max-height: 0;">A &amp; B c…</span>',
    );
    expect(html).toContain('<h2 style=');
    expect(html).toMatch(/<\/body>\n<\/html>\n$/);
  });

  it('keep the layout whole when a placeholder in the preheader is cut in half', () => {
    const html = layOutEmail({
      title: '',
      preheader: "a <span class='placeholder'>b</span> <span class='pla",
      body: '',
    });
    expect(html).toContain('>a b …</span>');
  });

  it('show hidden values when redacted', () => {
    const email = renderEmail({ subject: '((a))', content: 'x ((b??y))', personalisation: {}, redact: true });
    const hidden = "<span class='placeholder-redacted'>hidden</span>";
    expect([email.subject, email.plainText, email.apiBody]).toEqual([hidden, `x ${hidden}\n`, `x ${hidden}`]);
    expect(email.htmlBody).toContain(`x ${hidden}</p>`);
  });
});

describe('preheaders', () => {
  test.each([
    ["# Title\n\nHello [link](http://x.com) it's\n\n* a\n* b\n\n---\n\nend", 'Title Hello link it’s • a • b end'],
    ['[t](u "v") 1.x\n\n1. y', 't (v) 1.x 1. y'],
    ['<b> &', '&lt;b&gt; &amp;'],
    ['a'.repeat(300), 'a'.repeat(256)],
    ['😀'.repeat(300), '😀'.repeat(256)],
    [`${'a'.repeat(254)}&`, `${'a'.repeat(254)}&a`],
    [`${'a'.repeat(255)} b`, 'a'.repeat(255)],
  ])('of %j', (content, expected) => {
    expect(renderPreheader({ content, personalisation: {} })).toBe(expected);
  });
});

describe('vectors of the original', () => {
  test.each(readVectors('render-email.jsonl'))('$name', ({ input, expected }) => {
    const { subject, content, personalisation } = input;
    const email = renderEmail({ subject, content, personalisation });
    const api = renderTemplate({ templateType: 'email', subject, content, hasUnsubscribeLink: false }, personalisation);
    expect({
      missing: api.missing,
      subject: email.subject,
      html_subject: renderSubject(subject, personalisation, { escape: true }),
      body: email.apiBody,
      plain_text: email.plainText,
      html_body: email.htmlBody,
      preheader: email.preheader,
      empty: api.empty,
    }).toEqual(expected);
    expect([api.body, api.subject]).toEqual([email.apiBody, email.subject]);
  });
});
