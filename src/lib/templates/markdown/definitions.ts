import { whitespaceClass } from '../unicode-classes.ts';
import { trimStartUnicode } from '../whitespace.ts';
import type { LinkDefinition } from './blocks.ts';
import { escapeText } from './escape-text.ts';
import { endOfLine, ForwardSearch, passLineEnd, skipLineFeeds, skipSpaces } from './source-text.ts';

/** Definitions of links and footnotes (templating sheet §5.2, block rules 11 and 12). */

const whitespaceRun = new RegExp(`[${whitespaceClass}]+`, 'g');

/** The form in which keys of definitions and references are compared: lower case, runs of white space as one space. */
export function definitionKey(key: string): string {
  return escapeText(key.toLowerCase()).replace(whitespaceRun, ' ');
}

export interface FoundLinkDefinition extends LinkDefinition {
  readonly key: string;
  readonly end: number;
}

export interface FoundFootnote {
  readonly key: string;
  readonly source: string;
  readonly end: number;
}

/** Finds the definitions in one text. */
export class DefinitionScanner {
  readonly #text: string;
  readonly #keyEnd: ForwardSearch;
  readonly #closing: ForwardSearch;

  constructor(text: string) {
    this.#text = text;
    this.#keyEnd = new ForwardSearch(text, /[\^\]]/g);
    this.#closing = new ForwardSearch(text, /\]/g);
  }

  /** `[key]: target "title"` at a position, or null. */
  linkAt(position: number): FoundLinkDefinition | null {
    const text = this.#text;
    const open = skipSpaces(text, position);
    if (text[open] !== '[') return null;
    const close = this.#keyEnd.from(open + 1);
    if (close === open + 1 || text[close] !== ']' || text[close + 1] !== ':') return null;
    const target = readTarget(text, skipSpaces(text, close + 2));
    if (target === null) return null;
    const title = readTitle(text, target.end);
    const end = title === null ? passLineEnd(text, target.end) : title.end;
    if (end === -1) return null;
    const key = definitionKey(text.slice(open + 1, close));
    return { key, target: target.target, title: title === null ? null : title.title, end };
  }

  /** `[^key]: text` at a position, with the indented lines that follow, or null. */
  footnoteAt(position: number): FoundFootnote | null {
    const text = this.#text;
    if (!text.startsWith('[^', position)) return null;
    const close = this.#closing.from(position + 2);
    if (close === text.length || close === position + 2 || text[close + 1] !== ':') return null;
    const start = skipSpaces(text, close + 2);
    let end = skipLineFeeds(text, endOfLine(text, start));
    while (text[end] === ' ') end = skipLineFeeds(text, endOfLine(text, end));
    const key = definitionKey(text.slice(position + 2, close));
    return { key, source: outdent(text.slice(start, end)), end };
  }
}

const targetPattern = new RegExp(`<?([^>${whitespaceClass}]+)>?`, 'y');

function readTarget(text: string, position: number): { target: string; end: number } | null {
  targetPattern.lastIndex = position;
  const match = targetPattern.exec(text);
  return match === null ? null : { target: match[1]!, end: targetPattern.lastIndex };
}

function readTitle(text: string, position: number): { title: string; end: number } | null {
  const open = skipSpaces(text, position);
  if (open === position || (text[open] !== '"' && text[open] !== '(')) return null;
  const lineEnd = endOfLine(text, open);
  let close = lineEnd - 1;
  while (text[close] === ' ') close -= 1;
  if (close < open + 2 || (text[close] !== '"' && text[close] !== ')')) return null;
  return { title: text.slice(open + 1, close), end: skipLineFeeds(text, lineEnd) };
}

/** Takes the smallest indent of the lines after the first from all of those. */
function outdent(source: string): string {
  const [first, ...others] = source.split('\n');
  const indents = others.map((line) => line.length - trimStartUnicode(line).length).filter((indent) => indent > 0);
  if (indents.length === 0) return source;
  const smallest = indents.reduce((least, indent) => Math.min(least, indent));
  return [first, ...others.map((line) => line.slice(smallest))].join('\n');
}
