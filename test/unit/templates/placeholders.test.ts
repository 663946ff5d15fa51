import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../src/lib/core/json.ts';
import { fillPlaceholders } from '../../../src/lib/templates/fill-placeholders.ts';
import { missingPersonalisation, placeholderKey, placeholderNames } from '../../../src/lib/templates/placeholders.ts';

// Worked table F of the templating sheet, §2: content, values, escape output, passthrough output.
const filled: [label: string, content: string, values: JsonObject, escaped: string, plain: string][] = [
  [
    'F1',
    'the quick ((colour)) fox',
    { colour: "<script>alert('foo')</script>" },
    "the quick &lt;script&gt;alert('foo')&lt;/script&gt; fox",
    "the quick <script>alert('foo')</script> fox",
  ],
  ['F2', '((warning??foo??bar))', { warning: true }, 'foo??bar', 'foo??bar'],
  ['F3', '((a??b))', { a: 'false' }, '', ''],
  ['F4', '(((x)))', { x: 1 }, '(1)', '(1)'],
  ['F5', '((X_y-Z))', { xyz: 'ok' }, 'ok', 'ok'],
  ['F6', '((a))((b))', { a: '((b))', b: 2 }, '((b))2', '((b))2'],
  ['F7', '((a)) <br>', { a: '<b>&amp;&nbsp;"\'' }, '&lt;b&gt;&amp;&nbsp;"\' &lt;br&gt;', '<b>&amp;&nbsp;"\' <br>'],
  ['F8', 'before ((p)) after', { p: '' }, 'before  after', 'before  after'],
  ['F9', 'list: ((p))', { p: ['one', null, 'two'] }, 'list: \n\n* one\n* two', 'list: \n\n* one\n* two'],
  ['F11', 'list: ((p))', { p: [' ', '\u180e'] }, 'list: ', 'list: '],
  [
    'F12',
    '((show_thing??thing)) ((colour))',
    { colour: 'red' },
    "<span class='placeholder-conditional'>&#40;&#40;show_thing??</span>thing&#41;&#41; red",
    '((show_thing??thing)) red',
  ],
  [
    'F13',
    '&lsqb; &rsqb; &lpar; &rpar; &ast; &sol; &num; &amp; &nbsp; &Hat;',
    {},
    '[ ] ( ) * / # &amp; &nbsp; ^',
    '&lsqb; &rsqb; &lpar; &rpar; &ast; &sol; &num; &amp; &nbsp; &Hat;',
  ],
  ['F14', '((a??yes ((b)) no))', { a: true, b: 'q' }, '((a??yes q no))', '((a??yes q no))'],
  ['escaped name', '((this&that))', { 'this&that': 'ok' }, 'ok', 'ok'],
  ['escaped brackets', '&lpar;&lpar;name&rpar;&rpar;', { name: 'x' }, 'x', '&lpar;&lpar;name&rpar;&rpar;'],
  ['line break in a name', '((a\nb))', { 'a\nb': 'ok' }, 'ok', 'ok'],
  ['nothing inside', '(()) ((x', { x: 1 }, '(()) ((x', '(()) ((x'],
  ['one question mark', '((ok?))', { 'ok?': 'yes' }, 'yes', 'yes'],
  ['last of equal keys', '((ab))', { 'A B': 1, a_b: 2 }, '2', '2'],
  [
    'prototype names',
    '((__proto__)) ((toString))',
    { __proto__: null, x: 1 },
    "<span class='placeholder'>&#40;&#40;__proto__&#41;&#41;</span> <span class='placeholder'>&#40;&#40;toString&#41;&#41;</span>",
    '((__proto__)) ((toString))',
  ],
];

describe('filling placeholders', () => {
  test.each(filled)('%s in escape mode and as plain text', (_label, content, values, escaped, plain) => {
    const lists = 'bullets';
    expect(fillPlaceholders(content, values, { escape: true, lists, unfilled: 'spans' })).toBe(escaped);
    expect(fillPlaceholders(content, values, { escape: false, lists, unfilled: 'text' })).toBe(plain);
  });

  test.each([
    [['one', null, 'two'], 'one and two'],
    [['one'], 'one'],
    [['a', 'b', 'c'], 'a, b and c'],
    [[], ''],
    [[' a ', '\u200b', 0, false, 1.5], 'a, 0, False and 1.5'],
    [['\u00a0a\u202fb\u2003'], 'ab\u2003'],
    [[[1, 2], { a: null }], "[1, 2] and {'a': None}"],
  ])('F10: writes the list %j as prose', (list, expected) => {
    expect(fillPlaceholders('((p))', { p: list }, { escape: false, lists: 'prose', unfilled: 'text' })).toBe(expected);
  });

  test.each([
    ['spans', false, "<span class='placeholder'>&#40;&#40;a&#41;&#41;</span>"],
    ['text', false, '((a))'],
    ['spans-without-brackets', false, "<span class='placeholder-no-brackets'>a</span>"],
    ['text-without-brackets', false, 'a'],
    ['spans', true, "<span class='placeholder-redacted'>hidden</span>"],
    ['text', true, '[hidden]'],
  ] as const)('shows an unfilled placeholder as %s, redacted: %s', (unfilled, redact, expected) => {
    expect(fillPlaceholders('((a))', {}, { escape: true, lists: 'prose', unfilled, redact })).toBe(expected);
  });

  it('redacts conditionals too', () => {
    const options = { escape: false, lists: 'prose', unfilled: 'text', redact: true } as const;
    expect(fillPlaceholders('((a??b)) ((c))', {}, options)).toBe('[hidden] [hidden]');
  });
});

describe('conditionals', () => {
  test.each([['yes'], ['y'], ['true'], ['t'], ['1'], ['include'], ['show'], ['Yes'], ['SHOW'], [true], [1], [['yes']]])(
    'are shown for %j',
    (value) => {
      expect(fillPlaceholders('((a??x))', { a: value }, { escape: false, lists: 'prose', unfilled: 'text' })).toBe('x');
    },
  );

  test.each([[''], ['no'], ['false'], ['off'], ['yes '], ['2'], [0], [1.5], [2], [false], [[]], [{}], [['a', 'b']]])(
    'are hidden for %j',
    (value) => {
      expect(fillPlaceholders('((a??x))', { a: value }, { escape: false, lists: 'prose', unfilled: 'text' })).toBe('');
    },
  );

  it('hide a list in bodies, where it reads as a bullet', () => {
    const options = { escape: false, lists: 'bullets', unfilled: 'text' } as const;
    expect(fillPlaceholders('((a??x))', { a: ['true'] }, options)).toBe('');
  });
});

describe('placeholder names', () => {
  it('come in order of first appearance, with the first spelling', () => {
    expect(placeholderNames('((name)) ((Name)) ((date_of_birth)) ((DateOfBirth))')).toEqual(['name', 'date_of_birth']);
  });

  it('go over the parts of a template in the given order', () => {
    expect(placeholderNames('((b)) ((a))', null, '((c)) ((B))')).toEqual(['b', 'a', 'c']);
  });

  it('of conditionals end at the first pair of question marks', () => {
    expect(placeholderNames('((a??b??c)) ((d?)) ((??e))')).toEqual(['a', 'd?', '']);
  });

  it('share one key whatever their spaces, hyphens, underscores and case', () => {
    expect(['first name', 'First_Name', 'FIRST-NAME', ' firstname'].map(placeholderKey)).toEqual(
      new Array(4).fill('firstname'),
    );
  });

  it('are missing when their value is absent or null, also those of conditionals', () => {
    const names = placeholderNames('((a)) ((b)) ((c)) ((d)) ((e??x)) ((f??y))');
    expect(missingPersonalisation(names, { a: '', B: [], c: null, f: false })).toEqual(['c', 'd', 'e']);
  });
});
