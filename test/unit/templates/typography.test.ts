import { describe, expect, test } from 'vitest';
import { applyTypography } from '../../../src/lib/templates/typography.ts';

describe('typography', () => {
  test.each([
    ['Q1', `"It's", he said. 'OK?' "'Yes'"`, '“It’s”, he said. ‘OK?’ “‘Yes’”'],
    ['Q2', `x'80s 'tis (don't) the '80s`, 'x’80s ‘tis (don’t) the ‘80s'],
    ['Q3', `5' 6" 5'6`, '5’ 6” 5‘6'],
    ['Q4', `rock 'n' roll ("a") ('b')`, 'rock ‘n’ roll (“a”) (‘b’)'],
    ['Q5', `'s ' s`, '‘s ‘ s'],
    ['Q5', `''`, '‘’'],
    ['Q5', `é'é 'é`, 'é’é ‘é'],
    ['Q7', `o'a@b.c o'd@e.f`, "o'a@b.c o’d@e.f"],
    ['Q9', `<b>"q"</b> "r"`, '<b>“q”</b> “r”'],
    ['a lone quote after text', `<i>a</i>'<i> </i>"`, '<i>a</i>’<i> </i>“'],
    ['links are left alone', `"a" <a href="x">"b"</a> "c"`, '“a” <a href="x">"b"</a> “c”'],
    ['a name that begins alike', `<abbr>'a'</abbr> 'b'`, "<abbr>'a'</abbr> ‘b’"],
    ['code is left alone', `<pre>'a'<code>'b'</code>'c'</pre>'d'`, "<pre>'a'<code>'b'</code>'c'</pre>‘d’"],
    ['comments', `<!-- 'a' > 'b' -->'c'`, "<!-- 'a' > 'b' -->‘c’"],
    ['no comment', `<!-- 'a' -- 'b' -->`, '<!-- ‘a’ – ‘b’ -->'],
    ['an unclosed tag is text', `a <b 'c'`, 'a <b ‘c’'],
    ['backslashes', String.raw`say \"hi\" \\ \' \. \- \``, 'say &#34;hi&#34; &#92; &#39; &#46; &#45; &#96;'],
    ['references', 'a &#8211; &#8230; &#8217;', 'a – … ’'],
    ['two words with @, two spaces apart', `o'a@b.c  o'd@e.f`, "o'a@b.c  o'd@e.f"],
    ['@ first or last', `o'@ @o' x`, 'o’@ @o’ x'],
    ['@ twice', `@o'a@b '@@@' x`, "@o'a@b ‘@@@’ x"],
    ['dashes', 'a - b -- c --- d – e — f', 'a – b – c – d – e – f'],
    ['no dashes', '2004-2008 a ---- b -c', '2004-2008 a ---- b -c'],
    ['dash over line breaks', 'a\n\n—\n\nb', 'a – b'],
    ['space before punctuation', 'a  , b\t. c\u00a0, \n.', 'a, b. c\u00a0, \n.'],
  ])('%s: %j', (_label, source, expected) => {
    expect(applyTypography(source)).toBe(expected);
  });
});
