import { describe, expect, test } from 'vitest';
import { decodeEntities } from '../../../src/lib/templates/html-entities.ts';
import { escapeHtml } from '../../../src/lib/templates/html-escape.ts';

describe('escape mode', () => {
  test.each([
    ['&lt;b&gt;', '&lt;b&gt;'],
    ['a & b', 'a &amp; b'],
    ['&amp;lt;', '&amp;lt;'],
    ['&amp;amp;', '&amp;amp;'],
    ['&nbsp;', '&nbsp;'],
    ['&copy;', '©'],
    ['&copy', '&amp;copy'],
    ['&times=1', '&amp;times=1'],
    ['&notit;', '¬it;'],
    ['&unknown;', '&amp;unknown;'],
    ['&#65;&#x42;&#X43;', 'ABC'],
    ['&#65', '&amp;#65'],
    ['&#0;&#xd800;&#x110000;', '\ufffd\ufffd\ufffd'],
    ['&#128;&#x99;&#129;', '€™\u0081'],
    ['a&#1;b&#xfdd0;c&#xffff;d', 'abcd'],
    ['&#10;&#13;', '\n\r'],
    [`&${'a'.repeat(33)};`, `&amp;${'a'.repeat(33)};`],
    ['&fjlig;&NotEqualTilde;', 'fj≂̸'],
    [`"'`, `"'`],
  ])('makes %j %j', (source, expected) => {
    expect(escapeHtml(source)).toBe(expected);
  });
});

describe('decoding of text emails', () => {
  test.each([
    ['?a=1&times=2', '?a=1×=2'],
    ['&notit; &amp;lt; &#65 &#x41;', '¬it; &lt; A A'],
    ['&nbsp;', '\u00a0'],
    ['&;&& &#; &#x;', '&;&& &#; &#x;'],
    ['&ltfoo &lt;', '<foo <'],
  ])('makes %j %j', (source, expected) => {
    expect(decodeEntities(source)).toBe(expected);
  });
});
