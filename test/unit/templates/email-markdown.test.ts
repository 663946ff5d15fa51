import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/lib/core/json.ts';
import { renderEmailHtmlBody, renderEmailText } from '../../../src/lib/templates/render-email.ts';

const paragraphStyle = 'Margin: 0 0 20px 0; font-size: 19px; line-height: 25px; color: #0B0C0C;';
const listStart =
  '<table role="presentation" style="padding: 0 0 20px 0;"><tr><td style="font-family: Helvetica, Arial, sans-serif;">';

/** Writes out the short forms in which the expectations below are given. */
function html(short: string): string {
  return short
    .replaceAll('<p P>', `<p style="${paragraphStyle}">`)
    .replaceAll(
      '<h2>',
      '<h2 style="Margin: 0 0 15px 0; padding: 10px 0 0 0; font-size: 27px; line-height: 35px; font-weight: bold; color: #0B0C0C;">',
    )
    .replaceAll(
      '<h3>',
      '<h3 style="Margin: 0 0 15px 0; padding: 10px 0 0 0; font-size: 19px; line-height: 25px; font-weight: bold; color: #0B0C0C;">',
    )
    .replaceAll('<a A', '<a style="word-wrap: break-word; color: #1D70B8;"')
    .replaceAll('<ul>', `${listStart}<ul style="Margin: 0 0 0 20px; padding: 0; list-style-type: disc;">`)
    .replaceAll('<ol>', `${listStart}<ol style="Margin: 0 0 0 20px; padding: 0; list-style-type: decimal;">`)
    .replaceAll('</ul>', '</ul></td></tr></table>')
    .replaceAll('</ol>', '</ol></td></tr></table>')
    .replaceAll(
      '<li>',
      '<li style="Margin: 5px 0 5px; padding: 0 0 0 5px; font-size: 19px;line-height: 25px; color: #0B0C0C;">',
    )
    .replaceAll('<hr>', '<hr style="border: 0; height: 1px; background: #B1B4B6; Margin: 30px 0 30px 0;">')
    .replaceAll(
      '<inset>',
      '<div style="Margin: 0 0 20px 0;"><blockquote style="Margin: 0; border-left: 10px solid #B1B4B6;padding: 15px 0 0.1px 15px; font-size: 19px; line-height: 25px;">',
    )
    .replaceAll('</inset>', '</blockquote></div>');
}

const equals = '='.repeat(65);
const hyphens = '-'.repeat(65);
const rule = '=-'.repeat(33).slice(0, 65);

type Case = [label: string, source: string, text: string, html: string, values?: JsonObject];

// Worked table E of the templating sheet, §5.2 (the final LF of texts left out).
const cases: Case[] = [
  [
    'E1',
    '# H1\n\n## H2\n\n### H3\n\nText\nline2',
    `H1\n${equals}\n\n\nH2\n${hyphens}\n\nH3\n\nText\nline2`,
    '<h2>H1</h2><h3>H2</h3><p P>H3</p><p P>Text<br>line2</p>',
  ],
  ['E2', '* a\n* b', '• a\n• b', '<ul><li>a</li><li>b</li></ul>'],
  ['E3', '1.one\n2.two', '1. one\n2. two', '<ol><li>one</li><li>two</li></ol>'],
  [
    'E4',
    '* a\n* b\n\n1. x\n2. y',
    '• a\n• b\n• x\n• y',
    '<ul><li>a</li><li><p P> b</p></li><li><p P> x</p></li><li>y</li></ul>',
  ],
  ['E5', '^ inset\nmore', 'inset\nmore', '<inset><p P>inset<br>more</p></inset>'],
  ['E6', 'a\n\n---\n\nb', `a\n\n${rule}\n\nb`, '<p P>a</p><hr><p P>b</p>'],
  ['E7', 'a\n---', `a\n${hyphens}`, '<h3>a</h3>'],
  [
    'E8',
    '[Text](https://example.com/?a=1&b=2)',
    'Text: https://example.com/?a=1&b=2',
    '<p P><a A href="https://example.com/?a=1&amp;b=2">Text</a></p>',
  ],
  [
    'E9',
    'https://example.com/a_b.',
    'https://example.com/a_b.',
    '<p P><a A href="https://example.com/a_b">https://example.com/a_b</a>.</p>',
  ],
  [
    'E10',
    '(https://e.com/a_(b))',
    '(https://e.com/a_(b))',
    '<p P>(<a A href="https://e.com/a_%28b">https://e.com/a_(b</a>))</p>',
  ],
  ['E11', '**bold** _it_', '• • bold** _it_', '<ul><li><ul><li>bold** _it_</li></ul></li></ul>'],
  ['E12', 'x **bold** _it_ ~~s~~', 'x **bold** _it_ ~~s~~', '<p P>x **bold** _it_ ~~s~~</p>'],
  ['E13', 'it\'s "quoted" - yes', 'it’s “quoted” – yes', '<p P>it’s “quoted” – yes</p>'],
  [
    'E14',
    'Items: ((list))',
    'Items: \n\n• a\n• b',
    '<p P>Items: </p><ul><li>a</li><li>b</li></ul>',
    { list: ['a', 'b'] },
  ],
  ['E15', 'x ((a)) y', 'x \n\n• p\n• q y', '<p P>x </p><ul><li>p</li><li>q y</li></ul>', { a: ['p', 'q'] }],
  [
    'E16',
    '<script>alert(1)</script> & ((n))',
    '<script>alert(1)</script> & <b>x</b>',
    '<p P>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;x&lt;/b&gt;</p>',
    { n: '<b>x</b>' },
  ],
  ['E17', '![i](http://x.com/i.png)', '', ''],
  ['E18', 'GOV.UK is here , ok .', 'GOV.\u200bUK is here, ok.', '<p P>GOV.\u200bUK is here, ok.</p>'],
  [
    'E19',
    '[a](((url)))',
    'a: https://e.com/x y',
    '<p P><a A href="https://e.com/x%20y">a</a></p>',
    { url: 'https://e.com/x y' },
  ],
  [
    'E20',
    'https://e.com/?a=((x))',
    'https://e.com/?a=1 2',
    '<p P><a A href="https://e.com/?a=1">https://e.com/?a=1</a> 2</p>',
    { x: '1 2' },
  ],
  [
    'E21',
    '((md))',
    `heading\n${equals}\n\n• item`,
    '<h2>heading</h2><ul><li>item</li></ul>',
    { md: '# heading\n* item' },
  ],
  ['E22', '+ plus', '+ plus', '<p P>+ plus</p>'],
  ['E23', '> quote', '> quote', '<p P>&gt; quote</p>'],
  ['E24', '[call](tel:+44123)', 'call: tel:+44123', '<p P><a A href="tel:%2B44123">call</a></p>'],
  ['E25', "mail o'neil@e.com now", "mail o'neil@e.com now", "<p P>mail o'neil@e.com now</p>"],
  ['E26', '&nbsp; &copy; &amp; &lt;b&gt;', '© & <b>', '<p P>&nbsp; © &amp; &lt;b&gt;</p>'],
  ['E27', '((a))\n\n((b))', 'x', '<br><p P>x</p>', { a: '', b: 'x' }],
  ['E29', 'line\n\n\n\n\nnext', 'line\n\nnext', '<p P>line</p><p P>next</p>'],
  ['E30', '2004-2008 a -- b --- c', '2004-2008 a – b – c', '<p P>2004-2008 a – b – c</p>'],
  ['E31', 'text\n* a', 'text\n\n• a', '<p P>text</p><ul><li>a</li></ul>'],
  ['E31', 'text\n*a', 'text\n*a', '<p P>text<br>*a</p>'],
  ['E32', 'text\n• a', 'text\n• a', '<p P>text<br>• a</p>'],
  ['E32', 'text\n+ a', 'text\n\n+ a', '<p P>text</p><p P>+ a</p>'],
  ['E33', 'text\n^ in', 'text\n^ in', '<p P>text<br>^ in</p>'],
  ['E33', 'text\n***', `text\n\n${rule}`, '<p P>text</p><hr>'],
  ['E33', 'a\nb\n---', `a\n\n\nb\n${hyphens}`, '<p P>a</p><h3>b</h3>'],
  [
    'E34',
    'a\n\n    code <b>x</b>\n\nb',
    'acode <b>x</b>\n\n\n\nb',
    '<p P>a</p>code &lt;b&gt;x&lt;/b&gt;\n\n<p P>b</p>',
  ],
  ['E35', 'a\n\n<div>x</div>\n\nb', 'a<div>x</div>\n\nb', '<p P>a</p><p P>&lt;div&gt;x&lt;/div&gt;</p><p P>b</p>'],
  ['E36', '* a\n\n  b\n* c', '• a\n\n\n b\n• c', '<ul><li><p P>a</p><br><p P> b</p></li><li>c</li></ul>'],
  [
    'E37',
    '* one\n  * two\n* three',
    '• one\n\n• two\n• three',
    '<ul><li>one<ul><li>two</li></ul></li><li>three</li></ul>',
  ],
  [
    'E38',
    '* one\n\n* two\n\n* three',
    '• one\n• two\n• three',
    '<ul><li><p P> one</p></li><li><p P> two</p></li><li><p P> three</p></li></ul>',
  ],
  ['E39', '* a\n* b\n\n\n* c', '• a\n• b\n\n• c', '<ul><li>a</li><li>b</li></ul><ul><li>c</li></ul>'],
  ['E40', '2.5 litres', '1. 5 litres', '<ol><li>5 litres</li></ol>'],
  ['E40', '* 1.5 m', '• 1. 5 m', '<ul><li><ol><li>5 m</li></ol></li></ul>'],
  ['E41', '* a\nplain\n* b', '• a\nplain\n• b', '<ul><li>a<br>plain</li><li>b</li></ul>'],
  ['E42', 'x[^1]\n\n[^1]: note\n\ny', 'x\n\ny\n\nnote', '<p P>x</p><p P>y</p><p P>note</p>'],
  [
    'E43',
    '[t][r] [r]\n\n[r]: http://x.com "T"',
    't (T): http://x.com r (T): http://x.com',
    '<p P><a A href="http://x.com" title="T">t</a> <a A href="http://x.com" title="T">r</a></p>',
  ],
  ['E44', '[a](u "t)', 'a: u “t', '<p P><a A href="http://u%20%22t">a</a></p>'],
  ['E45', '[](http://x.com)', ': http://x.com', '<p P><a A href="http://x.com">http://x.com</a></p>'],
  ['E46', 'https://e.com/...,', 'https://e.com/...,', '<p P><a A href="https://e.com/">https://e.com/</a>...,</p>'],
  [
    'E46',
    'https://e.com,https://f.com',
    'https://e.com,https://f.com',
    '<p P><a A href="https://e.com%2Chttps://f.com">https://e.com,https://f.com</a></p>',
  ],
  ['E47', '^ a\nb\n\n  ^ c', 'a\nb\n\nc', '<inset><p P>a<br>b</p><p P>c</p></inset>'],
  ['E47', '^ ^ x', 'x', '<inset><inset><p P>x</p></inset></inset>'],
  ['E48', '* a\n---', `* a\n${hyphens}`, '<h3>* a</h3>'],
  ['E48', '* a\n***', `• a\n\n${rule}`, '<ul><li>a</li></ul><hr>'],
  ['E49', '- a\n* b\n• c', '• a\n• b\n• c', '<ul><li>a</li><li>b</li><li>c</li></ul>'],
  ['E49', '  * a\n  * b\n* c', '• a\n• b\n\n• c', '<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>'],
  ['E50', 'text\na | b\n--|--\n1 | 2', 'text\na | b\n--|--\n1 | 2', '<p P>text<br>a | b<br>--|--<br>1 | 2</p>'],
  ['E50', 'a | b\n--|--\n1 | 2', '', ''],
  ['E51', '&notit; &#x41; &#65 &amp;lt;', '¬it; A &#65 &lt;', '<p P>¬it; A &amp;#65 &amp;lt;</p>'],
  [
    'E52',
    'gov.uk. Gov.Uk? gov.ukx',
    'gov.\u200buk. Gov.Uk? gov.\u200bukx',
    '<p P>gov.\u200buk. Gov.Uk? gov.\u200bukx</p>',
  ],
  ['E53', '# ', equals, '<h2> </h2>'],
  ['E53', '  a', 'a', '<p P>  a</p>'],
  ['E53', 'a ', 'a ', '<p P>a </p>'],
  ['Q6', "[it's](http://x.com/it's)", 'it’s: http://x.com/it’s', '<p P><a A href="http://x.com/it%27s">it\'s</a></p>'],
  ['Q8', String.raw`it\'s`, "it's", '<p P>it&#39;s</p>'],
  ['Q9', '<b>"q"</b> "r"', '<b>“q”</b> “r”', '<p P>&lt;b&gt;”q”&lt;/b&gt; “r”</p>'],
];

describe('the worked table of emails', () => {
  test.each(cases)('%s: %j', (_label, content, text, short, personalisation = {}) => {
    expect(renderEmailText({ content, personalisation })).toBe(`${text}\n`);
    expect(renderEmailHtmlBody({ content, personalisation })).toBe(html(short));
  });
});

// The rest of §5.2: what the worked table leaves out.
const rules: Case[] = [
  ['only #', '##', `#\n${equals}`, '<h2>#</h2>'],
  ['seven #', '#######x', '#x', '<p P>#x</p>'],
  ['closing #', '## x ## # ##', `x ## #\n${hyphens}`, '<h3>x ## #</h3>'],
  ['tabs', 'a\tb\n\tc', 'a   b\n    c', '<p P>a   b<br>    c</p>'],
  ['line ends', 'a\rb\r\nc\u2424d', 'a\nb\nc\nd', '<p P>a<br>b<br>c<br>d</p>'],
  ['fence', '~~~ word\n  x\n\n~~~\ny', 'x\n\ny', '  x<p P>y</p>'],
  ['fence that ends in its line', '```\nx``` \n\ny', 'x\n\ny', 'x<p P>y</p>'],
  ['fence of tildes with a word of tildes', '~~~~\nx\n~~~\ny', 'x\n\ny', 'x<p P>y</p>'],
  ['fence of backticks cannot shrink', '````\nx\n```\ny', '````\nx\n```\ny', '<p P>````<br>x<br>```<br>y</p>'],
  ['empty fence', '```\n```', '```\n```', '<p P>```<br>```</p>'],
  ['a fence ends a paragraph', 'a\n```\nx\n```', 'ax', '<p P>a</p>x'],
  ['underline decides by its last mark', 'a\n==-', `a\n${hyphens}`, '<h3>a</h3>'],
  ['table with pipes', '| a |\n|---|\n| 1 |\n\nb', 'b', '<p P>b</p>'],
  ['table without rows after text', 'a | b\n--|--\n\nc', 'c', '<p P>c</p>'],
  ['rule with marks mixed', '- * _', rule, '<hr>'],
  ['rule after 4 spaces is code', '    ---', '---', '---'],
  ['a mark alone is no list', '*', '*', '<p P>*</p>'],
  ['a number alone is no list', '1.', '1.', '<p P>1.</p>'],
  ['• with no space', '•x', '• x', '<ul><li>x</li></ul>'],
  [
    'a list ends before a definition',
    '* a\n[r]: u\nb [r]',
    '• a\n\nb r: u',
    '<ul><li>a</li></ul><p P>b <a A href="http://u">r</a></p>',
  ],
  [
    'a list goes on after a blank line and a marker with a space',
    '* a\n\n* b\n\n*c',
    '• a\n• b\n\n• c',
    '<ul><li><p P> a</p></li><li><p P> b</p></li></ul><ul><li>c</li></ul>',
  ],
  ['no heading in an item', '* # x', '• # x', '<ul><li># x</li></ul>'],
  ['escapes', String.raw`\* \# \a \\ \- \<b\> \~`, '* # \\a \\ – \\<b> ~', '<p P>* # \\a \\ – \\&lt;b\\&gt; ~</p>'],
  ['an image by reference', '![a][r] x\n\n[r]: u', 'x', '<p P> x</p>'],
  [
    'keys ignore case and spaces',
    '[T][ The  Key ]\n\n[ the key ]: <u> (title)',
    'T (title): u',
    '<p P><a A href="http://&lt;u&gt;" title="title">T</a></p>',
  ],
  [
    'a reference with a space',
    '[t] [r] [r][] [no] [no][r2]\n\n[r]: u',
    't: u r: u [no] [no][r2]',
    '<p P><a A href="http://u">t</a> <a A href="http://u">r</a> [no] [no][r2]</p>',
  ],
  ['the last definition wins', '[r]\n\n[r]: a\n\n[r]: b', 'r: b', '<p P><a A href="http://b">r</a></p>'],
  ['title in single quotes', "[a](u 't\"x')", 'a (t”x): u', '<p P><a A href="http://u" title="t"x">a</a></p>'],
  [
    'brackets in link texts',
    '[a [b] c](u) [a] b](v)',
    'a [b] c: u a] b: v',
    '<p P><a A href="http://u">a [b] c</a> <a A href="http://v">a] b</a></p>',
  ],
  [
    'an address in a link text',
    '[https://a.b](u) https://c.d',
    'https://a.b: u https://c.d',
    '<p P><a A href="http://u">https://a.b</a> <a A href="https://c.d">https://c.d</a></p>',
  ],
  [
    'angle brackets round a target',
    '[a](<u v> "t")',
    'a (t): u v',
    '<p P><a A href="http://&lt;u%20v&gt;" title="t">a</a></p>',
  ],
  [
    'angle brackets round an address',
    '<https://e.org> <a@b.org>',
    'https://e.org a@b.org',
    '<p P>&lt;<a A href="https://e.org&gt;">https://e.org&gt;</a> &lt;a@b.org&gt;</p>',
  ],
  [
    'inline HTML is kept whole',
    'a <b title="*">[x](y)</b> <br/> c',
    'a <b title=“*”>[x](y)</b> <br/> c'.replace(/[“”]/g, '"'),
    '<p P>a &lt;b title=”*”&gt;<a A href="http://y">x</a>&lt;/b&gt; &lt;br/&gt; c</p>',
  ],
  ['a comment', 'a <!-- [x](y) --> b', 'a <!-- [x](y) --> b', '<p P>a &lt;!-- <a A href="http://y">x</a> --&gt; b</p>'],
  [
    'a block tag keeps its line feeds',
    '<hr class="x">\n\na',
    '<hr class="x">\n\n\n\na',
    '<p P>&lt;hr class=”x”&gt;</p><p P>a</p>',
  ],
  ['an inline tag is no block', '<b>x</b>\n\na', '<b>x</b>\n\na', '<p P>&lt;b&gt;x&lt;/b&gt;</p><p P>a</p>'],
  ['a quote ends a paragraph in texts', 'a\n> b', 'a\n\n> b', '<p P>a<br>&gt; b</p>'],
  ['line breaks', 'a  \n b\\\nc', 'a\n b\\\nc', '<p P>a<br> b\\<br>c</p>'],
  ['entities do not reach over marks', '&copy_a; &x_y;', '&copy_a; &x_y;', '<p P>©_a; &amp;x_y;</p>'],
  [
    'footnotes',
    'a[^b] c[^a] d[^b] e[^x]\n\n[^a]: A\n  more\n\n[^b]: B\n\n[^u]: U',
    'a c d[^b] e[^x]\n\nB\n\nA\nmore',
    '<p P>a c d[^b] e[^x]</p><p P>B</p><p P>A<br>more</p>',
  ],
  [
    'harmless schemes',
    '[x](javascript:alert(1))',
    'x: javascript:alert(1)',
    '<p P><a A href="http://javascript:alert%281">x</a>)</p>',
  ],
  ['the deepest inset', '^'.repeat(7) + ' x', '^ x', `${'<inset>'.repeat(6)}<p P>^ x</p>${'</inset>'.repeat(6)}`],
  [
    'the deepest list',
    '*'.repeat(8) + ' x',
    `${'• '.repeat(7)}** x`,
    `${'<ul><li>'.repeat(7)}** x${'</li></ul>'.repeat(7)}`,
  ],
  [
    'an unfilled link',
    '[x](((u)))',
    'x: span class=’placeholder’>((u))</span',
    '<p P><a A href="http://%3Cspan%20class=%27placeholder%27%3E&#40;&#40;u&#41;&#41;%3C/span%3E">x</a></p>',
  ],
  [
    'an unfilled conditional',
    '((a??b))',
    "<span class='placeholder-conditional'>((a??</span>b))",
    "<p P><span class='placeholder-conditional'>&#40;&#40;a??</span>b&#41;&#41;</p>",
  ],
  ['characters that mail programs cannot show', 'a\u2028b\u3164c', 'abc', '<p P>abc</p>'],
  ['a lone surrogate in a target', '[a](\ud800)', 'a: \ud800', '<p P><a A href="http://%EF%BF%BD">a</a></p>'],
];

describe('the dialect of emails', () => {
  test.each(rules)('%s: %j', (_label, content, text, short, personalisation = {}) => {
    expect(renderEmailText({ content, personalisation })).toBe(`${text}\n`);
    expect(renderEmailHtmlBody({ content, personalisation })).toBe(html(short));
  });
});
