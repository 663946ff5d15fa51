import { isUnicodeWhitespace } from '../../templates/whitespace.ts';

/**
 * What surrounds the rows of a file (jobs sheet §8, rule 1 of the reader): white space of all kinds at both ends, and
 * commas at the end. A byte order mark, leading blank lines and trailing empty rows vanish with it.
 */

/** Where the rows stand, in UTF-16 units. */
export interface CsvExtent {
  readonly start: number;
  readonly end: number;
  /** The line of the file on which they begin, counted from 1. */
  readonly firstLine: number;
}

const comma = 0x2c;

/**
 * Measures a file that comes in pieces, keeping none of it. The original strips twice: its own set of white space (and
 * commas at the end), then Unicode's, which lacks the zero-width characters and has some others.
 */
export class ExtentFinder {
  private position = 0;
  private firstLine = 1;
  private start: number | null = null;
  private isFirstStripOver = false;
  /** After the last unit that the first strip leaves. */
  private end = 0;
  /** After the last unit before `end` that the second strip leaves. */
  private solidEnd = 0;
  /** After the last unit so far that the second strip leaves. */
  private lastSolid = 0;

  push(piece: string): void {
    if (this.start === null) this.findStart(piece);
    this.findEnd(piece);
    this.position += piece.length;
  }

  finish(): CsvExtent {
    const end = Math.min(this.end, this.solidEnd);
    return { start: Math.min(this.start ?? end, end), end, firstLine: this.firstLine };
  }

  private findStart(piece: string): void {
    let index = 0;
    for (; index < piece.length; index += 1) {
      const code = piece.charCodeAt(index);
      this.isFirstStripOver ||= !isSurrounding(code);
      if (this.isFirstStripOver && !isUnicodeWhitespace(code)) {
        this.start = this.position + index;
        return;
      }
      if (code === 0x0a) this.firstLine += 1;
    }
  }

  private findEnd(piece: string): void {
    let index = piece.length - 1;
    while (index >= 0 && (isSurrounding(piece.charCodeAt(index)) || piece.charCodeAt(index) === comma)) index -= 1;
    if (index >= 0) {
      this.end = this.position + index + 1;
      this.solidEnd = this.endOfSolid(piece, index);
    }
    this.lastSolid = this.endOfSolid(piece, piece.length - 1);
  }

  private endOfSolid(piece: string, from: number): number {
    let index = from;
    while (index >= 0 && isUnicodeWhitespace(piece.charCodeAt(index))) index -= 1;
    return index >= 0 ? this.position + index + 1 : this.lastSolid;
  }
}

/** The rows of a file that is in memory. */
export function findExtent(text: string): CsvExtent {
  const finder = new ExtentFinder();
  finder.push(text);
  return finder.finish();
}

/** Ordinary and obscure white space: the class of `../whitespace.ts`, by number. */
function isSurrounding(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  switch (code) {
    case 0xa0:
    case 0x180e:
    case 0x200b:
    case 0x200c:
    case 0x200d:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x2060:
    case 0xfeff:
      return true;
    default:
      return false;
  }
}
