import type { Area } from './printable-areas.ts';
import { touches, type Box } from './matrix.ts';
import type { PageGlyph } from './page-glyphs.ts';

/** A word, or a part of one that is drawn apart. */
export interface PageWord {
  readonly text: string;
  readonly box: Box;
  readonly baseline: number;
  readonly size: number;
}

/** Of the size of type: a wider gap divides words. */
const wordGap = 0.2;
/** Of the size of type: lines are further apart. */
const sameLine = 0.4;

/** The words of a page in the order of its content. */
export function wordsOf(glyphs: readonly PageGlyph[]): PageWord[] {
  const words: PageWord[] = [];
  let isBroken = true;
  for (const glyph of glyphs) {
    if (glyph.text.trim() === '') {
      isBroken = true;
      continue;
    }
    const last = words.at(-1);
    if (last === undefined || isBroken || !follows(last, glyph)) words.push(glyph);
    else words[words.length - 1] = { ...last, text: last.text + glyph.text, box: around(last.box, glyph.box) };
    isBroken = false;
  }
  return words;
}

/** The words that touch an area of a page, as lines from top to bottom and left to right. */
export function textTouching(words: readonly PageWord[], area: Area, pageHeight: number): string {
  const box: Box = {
    left: area.left,
    right: area.right,
    top: pageHeight - area.top,
    bottom: pageHeight - area.bottom,
  };
  const lines: PageWord[][] = [];
  const found = words.filter((word) => touches(word.box, box)).toSorted((one, other) => other.baseline - one.baseline);
  for (const word of found) {
    const line = lines.at(-1);
    const isSame =
      line !== undefined && line[0]!.baseline - word.baseline <= sameLine * Math.min(line[0]!.size, word.size);
    if (isSame) line.push(word);
    else lines.push([word]);
  }
  return lines
    .map((line) =>
      line
        .toSorted((one, other) => one.box.left - other.box.left)
        .map(({ text }) => text)
        .join(' '),
    )
    .join('\n');
}

function follows(word: PageWord, glyph: PageGlyph): boolean {
  const gap = glyph.box.left - word.box.right;
  const size = Math.max(word.size, glyph.size);
  return Math.abs(word.baseline - glyph.baseline) <= sameLine * size && gap <= wordGap * size && gap >= -size;
}

function around(one: Box, other: Box): Box {
  return {
    left: Math.min(one.left, other.left),
    right: Math.max(one.right, other.right),
    bottom: Math.min(one.bottom, other.bottom),
    top: Math.max(one.top, other.top),
  };
}
