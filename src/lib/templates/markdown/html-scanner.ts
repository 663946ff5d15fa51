import { whitespaceClass, wordClass } from '../unicode-classes.ts';
import { isUnicodeWhitespace } from '../whitespace.ts';
import { firstAtLeast } from './sorted-positions.ts';
import { ForwardSearch, skipSpaces } from './source-text.ts';

/**
 * Raw HTML in markdown (templating sheet §5.2, block rule 10 and inline rules 2 and 3). It only occurs in the text
 * version of an email; elsewhere `<` is escaped before, except in the spans of unfilled placeholders.
 */

const inlineTags =
  'a|em|strong|small|s|cite|q|dfn|abbr|data|time|code|var|samp|kbd|sub|sup|i|b|u|mark|ruby|rt|rp|bdi|bdo|span|br|wbr|' +
  'ins|del|img|font';
// A name that goes on as an address (`<https://…>`, `<name@…>`) is no tag.
const tagNameEnd = `(?![${wordClass}])(?!:/|[^${wordClass}${whitespaceClass}@]*@)`;
const inlineTagStart = new RegExp(`<([${wordClass}]+)${tagNameEnd}`, 'uy');
const blockTagStart = new RegExp(`<(?!(?:${inlineTags})(?![${wordClass}]))([${wordClass}]+)${tagNameEnd}`, 'uy');
const commentEnd = /-->/g;
const blockCommentEnd = new RegExp(`--> *(?:\\n{2,}|[${whitespaceClass}]*$)`, 'g');
const closingTag = new RegExp(`</([${wordClass}]+)>`, 'gu');

/** A piece of HTML from the position that was asked for. */
export interface FoundHtml {
  readonly html: string;
  readonly end: number;
}

/** Finds HTML in one text. Positions should mostly grow. */
export class HtmlScanner {
  readonly #text: string;
  readonly #commentEnd: ForwardSearch;
  readonly #blockCommentEnd: ForwardSearch;
  #closingTags: TagPositions | undefined;
  #blockClosingTags: TagPositions | undefined;
  #failedTagStates: Uint8Array | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#commentEnd = new ForwardSearch(text, commentEnd);
    this.#blockCommentEnd = new ForwardSearch(text, blockCommentEnd);
  }

  /** True where a tag of a block starts: it ends a paragraph before it. */
  startsBlockTag(position: number): boolean {
    blockTagStart.lastIndex = position;
    return blockTagStart.test(this.#text);
  }

  /** A comment, element or tag of a block, followed by a blank line or the end. */
  blockAt(position: number): FoundHtml | null {
    const text = this.#text;
    const start = skipSpaces(text, position);
    if (text[start] !== '<') return null;
    if (text.startsWith('<!--', start)) {
      if (this.#blockCommentEnd.from(start + 4) === text.length) return null;
      const end = this.#blockCommentEnd.end;
      return { html: text.slice(position, end), end };
    }
    blockTagStart.lastIndex = start;
    const name = blockTagStart.exec(text)?.[1];
    if (name === undefined) return null;
    const tag = this.#readTag(start + 1 + name.length);
    if (tag === null) return null;
    // The opening tag of an element has no white space before its `>`.
    if (tag.opens && !isUnicodeWhitespace(text.charCodeAt(tag.end - 2))) {
      this.#blockClosingTags ??= indexClosingTags(text, (end) => passBlankLine(text, end) !== -1);
      const close = firstAtLeast(this.#blockClosingTags.get(name) ?? [], tag.end);
      if (close !== -1) {
        const closeEnd = close + name.length + 3;
        return { html: text.slice(start, closeEnd), end: passBlankLine(text, closeEnd) };
      }
    }
    const end = passBlankLine(text, tag.end);
    return end === -1 ? null : { html: text.slice(position, end), end };
  }

  /** A comment, an element with everything in it, or a tag, at a `<`. */
  inlineAt(position: number): FoundHtml | null {
    const text = this.#text;
    if (text.startsWith('<!--', position)) {
      const close = this.#commentEnd.from(position + 4);
      return close === text.length ? null : { html: text.slice(position, close + 3), end: close + 3 };
    }
    inlineTagStart.lastIndex = position;
    const name = inlineTagStart.exec(text)?.[1];
    if (name === undefined) return null;
    const tag = this.#readTag(position + 1 + name.length);
    if (tag === null) return null;
    this.#closingTags ??= indexClosingTags(text, () => true);
    const close = tag.opens ? firstAtLeast(this.#closingTags.get(name) ?? [], tag.end) : -1;
    const end = close === -1 ? tag.end : close + name.length + 3;
    return { html: text.slice(position, end), end };
  }

  /**
   * Reads attributes after a tag's name up to `>`.
   *
   * Attributes may be read in several ways (`a=bc` is one attribute, or `a=b` and `c`), so all readings advance
   * together as a set of states. What led nowhere is remembered: many unfinished tags cost no more than one.
   *
   * @returns the position after `>`, and whether the tag may open an element; null when this is no tag
   */
  #readTag(position: number): { end: number; opens: boolean } | null {
    const text = this.#text;
    let states: number = tagStates.between;
    for (let at = position; at < text.length && states !== 0; at += 1) {
      states &= ~(this.#failedTagStates?.[at] ?? 0);
      const code = text.charCodeAt(at);
      if (code === 0x3e && (states & tagStates.mayEnd) !== 0)
        return { end: at + 1, opens: (states & tagStates.mayEnd) !== tagStates.slash };
      states = advance(states, code);
    }
    this.#rememberFailure(position);
    return null;
  }

  #rememberFailure(position: number): void {
    const text = this.#text;
    this.#failedTagStates ??= new Uint8Array(text.length);
    let states: number = tagStates.between;
    for (let at = position; at < text.length; at += 1) {
      states &= ~this.#failedTagStates[at]!;
      if (states === 0) return;
      this.#failedTagStates[at]! |= states;
      states = advance(states, text.charCodeAt(at));
    }
  }
}

/** Where a reading of a tag may be; a set of them is a sum. */
const tagStates = {
  /** After a name, a value or white space: anything may follow. */
  between: 1,
  /** After a character of an attribute's name: also `=`. */
  name: 2,
  /** After `=`. */
  equals: 4,
  /** In a value without quotes. */
  bare: 8,
  singleQuoted: 16,
  doubleQuoted: 32,
  /** After `/`: only `>` may follow. */
  slash: 64,
  mayEnd: 1 | 2 | 8 | 64,
} as const;

function advance(states: number, code: number): number {
  const quote = code === 0x22 || code === 0x27;
  const whitespace = isUnicodeWhitespace(code);
  let next = 0;
  if ((states & tagStates.singleQuoted) !== 0) next |= code === 0x27 ? tagStates.between : tagStates.singleQuoted;
  if ((states & tagStates.doubleQuoted) !== 0) next |= code === 0x22 ? tagStates.between : tagStates.doubleQuoted;
  if ((states & tagStates.equals) !== 0) {
    if (quote) next |= code === 0x22 ? tagStates.doubleQuoted : tagStates.singleQuoted;
    else if (!whitespace && code !== 0x3e) next |= tagStates.bare;
  }
  if ((states & tagStates.bare) !== 0 && !quote && !whitespace && code !== 0x3e) next |= tagStates.bare;
  if ((states & tagStates.name) !== 0 && code === 0x3d) next |= tagStates.equals;
  if ((states & (tagStates.between | tagStates.name | tagStates.bare)) !== 0) {
    if (whitespace) next |= tagStates.between;
    else if (code === 0x2f) next |= tagStates.slash;
    else if (code === 0x2d || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)) next |= tagStates.name;
  }
  return next;
}

function passBlankLine(text: string, position: number): number {
  const next = skipSpaces(text, position);
  lineFeeds.lastIndex = next;
  if (lineFeeds.test(text)) return lineFeeds.lastIndex;
  let end = next;
  while (end < text.length && isUnicodeWhitespace(text.charCodeAt(end))) end += 1;
  return end === text.length ? end : -1;
}

const lineFeeds = /\n{2,}/y;

type TagPositions = ReadonlyMap<string, readonly number[]>;

/** The positions of closing tags by name, of those only whose end is accepted. */
function indexClosingTags(text: string, accepts: (end: number) => boolean): TagPositions {
  const index = new Map<string, number[]>();
  for (const match of text.matchAll(closingTag)) {
    if (!accepts(match.index + match[0].length)) continue;
    const positions = index.get(match[1]!);
    if (positions === undefined) index.set(match[1]!, [match.index]);
    else positions.push(match.index);
  }
  return index;
}
