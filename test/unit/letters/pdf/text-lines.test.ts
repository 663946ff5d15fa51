import { describe, expect, it } from 'vitest';
import { styles } from '../../../../src/lib/letters/pdf/letter-sheet.ts';
import { breakLines, widthOf } from '../../../../src/lib/letters/pdf/text-lines.ts';

const style = styles.body;

/** The lines of a text that has the width of `fits`. */
function linesOf(text: string, fits: string): string[] {
  const lines = breakLines([{ text, bold: false, unfilled: false }], style, widthOf(fits, style) + 0.01);
  return lines.map((line) => line.map((piece) => piece.text).join(''));
}

describe('lines break', () => {
  const rows: [where: string, text: string, fits: string, lines: string[]][] = [
    ['at spaces, which go', 'one two three', 'one two', ['one two', 'three']],
    ['not where a space may not break', 'one two\u00a0three', 'two\u00a0three', ['one', 'two\u00a0three']],
    ['at line feeds, and keep empty lines', 'a\n\nb\n', 'a', ['a', '', 'b']],
    ['after slashes before letters', 'www.gov.uk/some/path', 'www.gov.uk/', ['www.gov.uk/', 'some/path']],
    ['not in dates', 'on the 31/12/2020', '31/12/2020', ['on the', '31/12/2020']],
    ['after dashes', 'a word–another', 'a word–an', ['a word–', 'another']],
    ['not after hyphens', 'the re-use', 'the re-', ['the', 're-use']],
    ['where a sign of no width stands', 'abc\u200bdef', 'abcd', ['abc', 'def']],
    ['in words that are too long', 'iiiiiiii', 'iii', ['iii', 'iii', 'ii']],
    ['nowhere in nothing', '', 'a', ['']],
  ];
  it.each(rows)('%s', (_where, text, fits, lines) => {
    expect(linesOf(text, fits)).toEqual(lines);
  });

  it('not between looks', () => {
    const runs = ['see (', 'www.gov.uk', ') now'].map((text, index) => ({ text, bold: index === 1, unfilled: false }));
    const lines = breakLines(runs, style, widthOf('see (www.gov.u', style));
    expect(lines.map((line) => line.map(({ text }) => text))).toEqual([['see'], ['(', 'www.gov.uk', ')'], ['now']]);
  });
});
