import { whitespaceClass } from '../unicode-classes.ts';
import { isUnicodeWhitespace } from '../whitespace.ts';
import { firstAtLeast } from './sorted-positions.ts';
import { ForwardSearch } from './source-text.ts';

/** The brackets of links in one text (templating sheet §5.2, inline rules 6 and 7). */

export interface FoundLink {
  /** The source of the text between the square brackets. */
  readonly text: string;
  readonly target: string;
  readonly title: string | null;
  readonly end: number;
}

export interface FoundReference {
  readonly text: string;
  /** The source of the key; what stands between the brackets of the text when the reference names none. */
  readonly key: string;
  readonly end: number;
}

/** A closing bracket that may end a link's text, and whether it does. */
type Ending = (closing: number) => boolean;

const space = `[${whitespaceClass}]`;
const closingRound = /\)/g;
const titleStart = new RegExp(`(?<!${space})${space}+["']`, 'g');
const titleEnd = new RegExp(`["']${space}*\\)`, 'g');
const angleEnd = new RegExp(`>${space}*\\)`, 'g');
const angleTitle = new RegExp(`>${space}+["']`, 'g');

/** Finds links. Every question costs time in proportion to the answer, also on texts made of brackets only. */
export class LinkScanner {
  readonly #text: string;
  readonly #readsAngleBrackets: boolean;
  readonly #brackets: BracketIndex;
  readonly #lastClosingRound: number;
  readonly #closingRound: ForwardSearch;
  readonly #titleStart: ForwardSearch;
  readonly #titleEnd: ForwardSearch;
  readonly #anglePlainEnd: ForwardSearch;
  readonly #angleTitle: ForwardSearch;
  readonly #linkEnds = new Map<number, number>();
  readonly #referenceEnds = new Map<number, number>();

  constructor(text: string, readsAngleBrackets: boolean) {
    this.#text = text;
    this.#readsAngleBrackets = readsAngleBrackets;
    this.#brackets = new BracketIndex(text);
    this.#lastClosingRound = text.lastIndexOf(')');
    this.#closingRound = new ForwardSearch(text, closingRound);
    this.#titleStart = new ForwardSearch(text, titleStart);
    this.#titleEnd = new ForwardSearch(text, titleEnd);
    this.#anglePlainEnd = new ForwardSearch(text, angleEnd);
    this.#angleTitle = new ForwardSearch(text, angleTitle);
  }

  /** `[text](target "title")` from its opening bracket, or null. */
  linkAt(open: number): FoundLink | null {
    const ends: Ending = (closing) => this.#text[closing + 1] === '(' && closing + 2 <= this.#lastClosingRound;
    const closing = this.#lastEnding(open + 1, this.#linkEnds, ends);
    if (closing === -1) return null;
    const start = this.#skipWhitespace(closing + 2);
    const angle = this.#readsAngleBrackets && this.#text[start] === '<';
    const found = (angle ? this.#angleTarget(start + 1) : null) ?? this.#target(start);
    return { text: this.#text.slice(open + 1, closing), ...found };
  }

  /** `[text][key]`, `[text] [key]` or `[text][]` from its opening bracket, or null. */
  referenceAt(open: number): FoundReference | null {
    const ends: Ending = (closing) => this.#keyAfter(closing) !== null;
    const closing = this.#lastEnding(open + 1, this.#referenceEnds, ends);
    if (closing === -1) return null;
    const { start, end } = this.#keyAfter(closing)!;
    // A text with brackets in it is no key: no definition's key can hold any.
    const text = this.#text.slice(open + 1, closing);
    const own = this.#brackets.nextClosing(open + 1) === closing ? text : '';
    return { text, key: start === end ? own : this.#text.slice(start, end), end: end + 1 };
  }

  /** `[key]` alone from its opening bracket, or null. */
  bareReferenceAt(open: number): FoundReference | null {
    const closing = this.#brackets.nextClosing(open + 1);
    if (closing === -1) return null;
    const inner = this.#brackets.nextOpening(open + 1);
    if (inner !== -1 && inner < closing) return null;
    const key = this.#text.slice(open + 1, closing);
    return { text: key, key, end: closing + 1 };
  }

  /**
   * The last bracket that ends a link's text and is reached by going over pairs of brackets, and over a lone closing
   * bracket where another one follows before the next opening one. -1 when there is none.
   */
  #lastEnding(start: number, known: Map<number, number>, ends: Ending): number {
    const passed: number[] = [];
    let result = -1;
    let at = this.#brackets.next(start);
    while (at !== -1) {
      const answer = known.get(at);
      if (answer !== undefined) {
        result = answer;
        break;
      }
      passed.push(at);
      const next = this.#nextToken(at);
      if (next === -1) break;
      at = this.#brackets.next(next);
    }
    // From the end to the start: the last ending wins.
    for (const bracket of passed.reverse()) {
      if (result === -1 && this.#text[bracket] === ']' && ends(bracket)) result = bracket;
      known.set(bracket, result);
    }
    return result;
  }

  /** The position after the bracket or pair of brackets at a position, or -1 when a link's text cannot go on there. */
  #nextToken(bracket: number): number {
    const closing = this.#brackets.nextClosing(bracket + 1);
    if (closing === -1) return -1;
    if (this.#text[bracket] === '[') {
      const caret = this.#brackets.nextCaret(bracket + 1);
      return caret !== -1 && caret < closing ? -1 : closing + 1;
    }
    const opening = this.#brackets.nextOpening(bracket + 1);
    return opening !== -1 && opening < closing ? -1 : bracket + 1;
  }

  #keyAfter(closing: number): { start: number; end: number } | null {
    const open = this.#skipWhitespace(closing + 1);
    if (this.#text[open] !== '[') return null;
    const end = this.#brackets.nextClosing(open + 1);
    if (end === -1) return null;
    const caret = this.#brackets.nextCaret(open + 1);
    return caret !== -1 && caret < end ? null : { start: open + 1, end };
  }

  /** `target "title")`: the target goes up to the first round bracket, unless a title starts before. */
  #target(start: number): Omit<FoundLink, 'text'> {
    const text = this.#text;
    const close = this.#closingRound.from(start);
    const titleSpace = this.#titleStart.from(start);
    if (titleSpace < close) {
      const title = this.#readTitle(this.#titleStart.end);
      if (title !== null) return { target: text.slice(start, titleSpace), ...title };
    }
    let end = close;
    while (end > start && isUnicodeWhitespace(text.charCodeAt(end - 1))) end -= 1;
    return { target: text.slice(start, end), title: null, end: close + 1 };
  }

  /** `target> "title")`, after a `<`. */
  #angleTarget(start: number): Omit<FoundLink, 'text'> | null {
    const text = this.#text;
    const plain = this.#anglePlainEnd.from(start);
    const titled = this.#angleTitle.from(start);
    if (titled < plain) {
      const title = this.#readTitle(this.#angleTitle.end);
      if (title !== null) return { target: text.slice(start, titled), ...title };
    }
    if (plain === text.length) return null;
    return { target: text.slice(start, plain), title: null, end: this.#anglePlainEnd.end };
  }

  /** A title from after its opening quote; either quote closes it, before white space and a round bracket. */
  #readTitle(start: number): { title: string; end: number } | null {
    const quote = this.#titleEnd.from(start);
    if (quote === this.#text.length) return null;
    return { title: this.#text.slice(start, quote), end: this.#titleEnd.end };
  }

  #skipWhitespace(position: number): number {
    let next = position;
    while (next < this.#text.length && isUnicodeWhitespace(this.#text.charCodeAt(next))) next += 1;
    return next;
  }
}

/** The positions of `[`, `]` and `^` in a text, to be asked for in any order. */
class BracketIndex {
  readonly #openings: number[] = [];
  readonly #closings: number[] = [];
  readonly #carets: number[] = [];

  constructor(text: string) {
    for (const { 0: character, index } of text.matchAll(/[[\]^]/g)) {
      if (character === '[') this.#openings.push(index);
      else if (character === ']') this.#closings.push(index);
      else this.#carets.push(index);
    }
  }

  nextOpening(position: number): number {
    return firstAtLeast(this.#openings, position);
  }

  nextClosing(position: number): number {
    return firstAtLeast(this.#closings, position);
  }

  nextCaret(position: number): number {
    return firstAtLeast(this.#carets, position);
  }

  /** The next square bracket of either kind. */
  next(position: number): number {
    const opening = this.nextOpening(position);
    const closing = this.nextClosing(position);
    return opening === -1 || (closing !== -1 && closing < opening) ? closing : opening;
  }
}
