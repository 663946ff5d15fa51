import { whitespaceClass } from '../unicode-classes.ts';
import { isUnicodeWhitespace } from '../whitespace.ts';
import type { FoundCode } from './block-rules.ts';
import { passLineEnd, skipSpaces } from './source-text.ts';

/** A run of fence characters with nothing but spaces after it on its line. */
interface ClosingRun {
  readonly end: number;
  readonly length: number;
  /** The length of the longest closing run from this one on. */
  longestFromHere: number;
}

const openingFence = /(`{3,}|~{3,}) */y;
const word = new RegExp(`[^\`${whitespaceClass}]*`, 'y');

/** Finds fenced code in one text (templating sheet §5.2, block rule 4). */
export class FenceScanner {
  readonly #text: string;
  readonly #runs = new Map<string, readonly ClosingRun[]>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Code between two fences; null also when the second is missing. */
  codeAt(position: number): FoundCode | null {
    const text = this.#text;
    const start = skipSpaces(text, position);
    openingFence.lastIndex = start;
    const fence = openingFence.exec(text)?.[1];
    if (fence === undefined) return null;
    word.lastIndex = openingFence.lastIndex;
    word.test(text);
    const wordEnd = word.lastIndex;
    const lineEnd = skipSpaces(text, wordEnd);
    if (text[lineEnd] !== '\n') return null;
    // The first character after the line feed is content, whatever it is.
    const contentStart = lineEnd + 1;
    const character = fence[0]!;
    // A tilde may belong to the word, so a long fence can be read as a shorter one.
    const fixed =
      character === '`' || (openingFence.lastIndex > start + fence.length && wordEnd > openingFence.lastIndex);
    const close = this.#closeAfter(character, contentStart, fence.length, fixed ? fence.length : 3);
    if (close === null) return null;
    let contentEnd = close.start;
    while (contentEnd > contentStart + 1 && isUnicodeWhitespace(text.charCodeAt(contentEnd - 1))) contentEnd -= 1;
    return { code: text.slice(contentStart, contentEnd), end: passLineEnd(text, close.end) };
  }

  /** The first closing fence of the greatest length between two limits. */
  #closeAfter(
    character: string,
    contentStart: number,
    longest: number,
    shortest: number,
  ): { start: number; end: number } | null {
    const runs = this.#closingRuns(character);
    let index = firstEndingAfter(runs, contentStart);
    // The run right at the start gives its first character to the content.
    const usable = (run: ClosingRun) => Math.min(run.length, run.end - contentStart - 1);
    const best = Math.max(index < runs.length ? usable(runs[index]!) : 0, runs[index + 1]?.longestFromHere ?? 0);
    const length = Math.min(longest, best);
    if (length < shortest) return null;
    while (usable(runs[index]!) < length) index += 1;
    const end = runs[index]!.end;
    return { start: end - length, end };
  }

  #closingRuns(character: string): readonly ClosingRun[] {
    const known = this.#runs.get(character);
    if (known !== undefined) return known;
    const pattern = character === '`' ? /(?<!`)(`{3,}) *(?![^\n])/g : /(?<!~)(~{3,}) *(?![^\n])/g;
    const runs: ClosingRun[] = [];
    for (const match of this.#text.matchAll(pattern))
      runs.push({ end: match.index + match[1]!.length, length: match[1]!.length, longestFromHere: 0 });
    let longest = 0;
    for (const run of runs.toReversed()) {
      longest = Math.max(longest, run.length);
      run.longestFromHere = longest;
    }
    this.#runs.set(character, runs);
    return runs;
  }
}

/** The index of the first run that ends after a position. */
function firstEndingAfter(runs: readonly ClosingRun[], position: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle]!.end <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
