import type { Run } from './letter-blocks.ts';
import { widthInEm } from './letter-fonts.ts';
import type { TypeStyle } from './letter-sheet.ts';
import { noBreakSpace } from './printable-text.ts';

/** A piece of a line in one look. */
export interface Piece {
  /** From the line's left end, in points. */
  readonly x: number;
  readonly width: number;
  readonly text: string;
  readonly bold: boolean;
  readonly unfilled: boolean;
}

export type Line = readonly Piece[];

/** Text between two places where a line may break. */
interface Word {
  readonly atoms: Atom[];
  width: number;
  readonly afterSpace: boolean;
  readonly startsLine: boolean;
}

type Atom = Omit<Piece, 'x'>;

/** The width of a text as it is drawn, in points. */
export function widthOf(text: string, style: TypeStyle, bold: boolean = style.bold): number {
  let spaces = 0;
  let length = 0;
  for (const character of text) {
    length += 1;
    if (character === ' ' || character === noBreakSpace) spaces += 1;
  }
  return widthInEm(text, bold) * style.size + length * style.letterSpacing + spaces * style.wordSpacing;
}

/**
 * Breaks text into lines no wider than `width` points: at spaces, after dashes and slashes, and anywhere in a word that
 * is too long for a line of its own.
 */
export function breakLines(runs: readonly Run[], style: TypeStyle, width: number): Line[] {
  const lines: Atom[][] = [];
  let line: Atom[] = [];
  let lineWidth = 0;
  const space = widthOf(' ', style);
  const endLine = (): void => {
    lines.push(line);
    line = [];
    lineWidth = 0;
  };
  const put = (atom: Atom): void => {
    line.push(atom);
    lineWidth += atom.width;
  };

  for (const word of wordsOf(runs, style)) {
    if (word.startsLine) endLine();
    const gap = word.afterSpace && line.length > 0 ? space : 0;
    if (lineWidth + gap + word.width <= width || word.atoms.length === 0) {
      const [first] = word.atoms;
      if (gap > 0 && first !== undefined) {
        const unfilled = first.unfilled && line.at(-1)!.unfilled;
        put({ text: ' ', width: gap, bold: line.at(-1)!.bold, unfilled });
      }
      word.atoms.forEach(put);
      continue;
    }
    if (line.length > 0) endLine();
    for (const atom of word.width <= width ? word.atoms : word.atoms.flatMap((long) => charactersOf(long, style))) {
      if (lineWidth + atom.width > width && line.length > 0) endLine();
      put(atom);
    }
  }
  if (line.length > 0 || lines.length === 0) lines.push(line);
  return lines.map(toLine);
}

// A line feed, spaces, or text up to a place where a line may break: white space, or a dash or slash before a letter.
const parts = /\n| +|[^\n ]+?(?:[\u2013\u2014/](?=\p{L})|\u200b|(?=[\n ])|$)/gu;
const breakable = /[\u2013\u2014/\u200b]$/;

/** Words may go on from one run to the next: `(` and a bold address after it are one. */
function* wordsOf(runs: readonly Run[], style: TypeStyle): Generator<Word> {
  let word: Word | null = null;
  let afterSpace = false;
  let startsLine = false;
  for (const { text, bold, unfilled } of runs) {
    for (const [part] of text.matchAll(parts)) {
      if (part === '\n' || part.startsWith(' ')) {
        if (word !== null) yield word;
        word = null;
        if (part !== '\n') {
          afterSpace = true;
          continue;
        }
        if (startsLine) yield { atoms: [], width: 0, afterSpace: false, startsLine };
        startsLine = true;
        afterSpace = false;
        continue;
      }
      const shown = part.replaceAll('\u200b', '');
      const isBold = style.bold || bold;
      word ??= { atoms: [], width: 0, afterSpace, startsLine };
      const width = widthOf(shown, style, isBold);
      if (shown !== '') word.atoms.push({ text: shown, width, bold: isBold, unfilled });
      word.width += width;
      afterSpace = false;
      startsLine = false;
      if (!breakable.test(part)) continue;
      yield word;
      word = null;
    }
  }
  if (word !== null) yield word;
}

function charactersOf(atom: Atom, style: TypeStyle): Atom[] {
  return Array.from(atom.text, (text) => ({ ...atom, text, width: widthOf(text, style, atom.bold) }));
}

/** Neighbours of the same look are drawn together. */
function toLine(atoms: readonly Atom[]): Line {
  const line: Piece[] = [];
  let x = 0;
  for (const atom of atoms) {
    const last = line.at(-1);
    if (last !== undefined && last.bold === atom.bold && last.unfilled === atom.unfilled)
      line[line.length - 1] = { ...last, text: last.text + atom.text, width: last.width + atom.width };
    else line.push({ x, ...atom });
    x += atom.width;
  }
  return line;
}
