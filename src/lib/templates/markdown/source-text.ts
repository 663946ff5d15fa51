/** Reading of markdown source by position: the small steps that all block rules are made of. */

const lineFeed = 0x0a;
const space = 0x20;

/**
 * Settles line ends, tabs and trailing blanks before parsing (templating sheet §5.2, "Preparation"): LF only, tabs to
 * the next multiple of 4 columns, lines of spaces emptied, no LF at the end.
 */
export function prepareSource(source: string): string {
  let text = source;
  if (/[\r\u2424]/.test(text)) text = text.replace(/\r\n?|\u2424/g, '\n');
  if (text.includes('\t')) text = text.split('\n').map(expandTabs).join('\n');
  return withoutFinalLineFeeds(text.replace(/^ +$/gm, ''));
}

function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  let expanded = '';
  let column = 0;
  for (const character of line) {
    const width = character === '\t' ? 4 - (column % 4) : 1;
    expanded += character === '\t' ? ' '.repeat(width) : character;
    column += width;
  }
  return expanded;
}

/** The text without the line feeds at its end. */
export function withoutFinalLineFeeds(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === lineFeed) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

/** The position of the line feed that ends the line, or of the end of the text. */
export function endOfLine(text: string, position: number): number {
  const end = text.indexOf('\n', position);
  return end === -1 ? text.length : end;
}

/** The first position that holds no space. */
export function skipSpaces(text: string, position: number): number {
  let next = position;
  while (text.charCodeAt(next) === space) next += 1;
  return next;
}

/** The first position that holds no line feed. */
export function skipLineFeeds(text: string, position: number): number {
  let next = position;
  while (text.charCodeAt(next) === lineFeed) next += 1;
  return next;
}

/**
 * The "line end" of the sheet: spaces, then line feeds (all of them) or the end of the text.
 *
 * @returns the position after it, or -1 when something else follows
 */
export function passLineEnd(text: string, position: number): number {
  const next = skipSpaces(text, position);
  if (next === text.length) return next;
  return text.charCodeAt(next) === lineFeed ? skipLineFeeds(text, next) : -1;
}

/**
 * Finds the next match of a pattern from positions that mostly grow. The last answer is kept, so that asking from every
 * position of a text costs one search through it.
 */
export class ForwardSearch {
  readonly #text: string;
  readonly #pattern: RegExp;
  #search: RegExp | undefined;
  #askedFrom = -1;
  #found = -1;
  #foundEnd = -1;

  /** The pattern needs the flag `g`; it is copied, since it keeps a position. */
  constructor(text: string, pattern: RegExp) {
    this.#text = text;
    this.#pattern = pattern;
  }

  /** The start of the first match at or after the position; the text's length when there is none. */
  from(position: number): number {
    if (this.#askedFrom === -1 || position < this.#askedFrom || position > this.#found) {
      const search = (this.#search ??= new RegExp(this.#pattern));
      search.lastIndex = position;
      const match = search.exec(this.#text);
      this.#found = match === null ? this.#text.length : match.index;
      this.#foundEnd = match === null ? -1 : search.lastIndex;
      this.#askedFrom = position;
    }
    return this.#found;
  }

  /** The end of the match that `from` found last. */
  get end(): number {
    return this.#foundEnd;
  }
}
