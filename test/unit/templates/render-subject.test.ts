import { describe, expect, test } from 'vitest';
import { renderSubject } from '../../../src/lib/templates/render-subject.ts';

describe('subjects', () => {
  test.each([
    ['J1', "it's ((n))", { n: "<b> & 'q'" }, 'it’s <b> & ‘q’', 'it’s &lt;b&gt; &amp; ‘q’'],
    ['J2', 'a\n b \t c - d', {}, 'a b c – d', 'a b c – d'],
    ['J3', '\u200c Your tax   ((status))', { status: ' is\ndue ' }, 'Your tax is due', 'Your tax is due'],
    ['J4', '((n))', { n: ['a', 'b'] }, 'a and b', 'a and b'],
    ['backslashes stay', String.raw`say \"hi\"`, {}, 'say &#34;hi&#34;', 'say &#34;hi&#34;'],
    ['letters', "A & B <i> it's - x", {}, 'A & B <i> it’s – x', 'A &amp; B &lt;i&gt; it’s – x'],
    ['obscure white space', 'a\u00a0b\u202fc\u2028d\u2060e', {}, 'a b cde', 'a b cde'],
  ])('%s', (_label, subject, values, plain, html) => {
    expect(renderSubject(subject, values, { escape: false })).toBe(plain);
    expect(renderSubject(subject, values, { escape: true })).toBe(html);
  });

  test('hide values when redacted', () => {
    expect(renderSubject('Hi ((name))', {}, { escape: true, redact: true })).toBe(
      "Hi <span class='placeholder-redacted'>hidden</span>",
    );
  });
});
