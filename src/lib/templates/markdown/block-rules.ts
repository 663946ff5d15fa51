import { digitClass, whitespaceClass } from '../unicode-classes.ts';
import { endOfLine, passLineEnd, skipLineFeeds, skipSpaces } from './source-text.ts';

/**
 * The block rules that look at one or two lines (templating sheet §5.2, "Blocks"). Each takes a text and the position of
 * a line's start, and says where the block ends: -1 or null when it is none.
 */

/** Rule 2: three or more of `- * _`, mixed as one likes, after at most 3 spaces. */
export function ruleAt(text: string, position: number): number {
  const start = skipSpaces(text, position);
  return start - position > 3 ? -1 : ruleMarksAt(text, start);
}

/** Three or more of `- * _` with spaces between, right at a position. */
export function ruleMarksAt(text: string, position: number): number {
  let marks = 0;
  let at = position;
  for (; ; at += 1) {
    const character = text[at];
    if (character === '-' || character === '*' || character === '_') marks += 1;
    else if (character !== ' ' || marks === 0) break;
  }
  return marks >= 3 ? passLineEnd(text, at) : -1;
}

export interface FoundCode {
  readonly code: string;
  readonly end: number;
}

/** Rule 3: lines that start with 4 spaces, with the line feeds after them. */
export function indentedCodeAt(text: string, position: number): FoundCode | null {
  let end = position;
  let code = '';
  while (text.startsWith('    ', end) && end + 4 < text.length && text[end + 4] !== '\n') {
    const next = skipLineFeeds(text, endOfLine(text, end));
    code += text.slice(end + 4, next);
    end = next;
  }
  return end === position ? null : { code, end };
}

export interface FoundHeading {
  readonly level: number;
  readonly source: string;
  readonly end: number;
}

/** Rule 5: `# text #`. At least one character is text, be it a `#` or a space. */
export function headingAt(text: string, position: number): FoundHeading | null {
  const start = skipSpaces(text, position);
  let hashes = start;
  while (text[hashes] === '#' && hashes - start < 6) hashes += 1;
  if (hashes === start) return null;
  const lineEnd = endOfLine(text, start);
  const end = skipLineFeeds(text, lineEnd);
  const content = skipSpaces(text, hashes);
  if (content < lineEnd) {
    const source = withoutClosingHashes(text.slice(content, lineEnd));
    return { level: hashes - start, source, end };
  }
  // Nothing is left for the text: it takes back a space, or else the last `#`.
  if (content > hashes) return { level: hashes - start, source: ' ', end };
  return hashes - start > 1 ? { level: hashes - start - 1, source: '#', end } : null;
}

function withoutClosingHashes(line: string): string {
  let end = line.length;
  while (line[end - 1] === ' ') end -= 1;
  while (line[end - 1] === '#') end -= 1;
  while (line[end - 1] === ' ') end -= 1;
  return line.slice(0, Math.max(end, 1));
}

/** Rule 7: a line over a line of `=` or `-`; the last of them decides the level. */
export function underlinedHeadingAt(text: string, position: number): FoundHeading | null {
  const lineEnd = endOfLine(text, position);
  if (lineEnd === position || lineEnd === text.length) return null;
  const start = skipSpaces(text, lineEnd + 1);
  let marks = start;
  while (text[marks] === '=' || text[marks] === '-') marks += 1;
  if (marks === start) return null;
  const end = passLineEnd(text, marks);
  if (end === -1) return null;
  return { level: text[marks - 1] === '=' ? 1 : 2, source: text.slice(position, lineEnd), end };
}

/** Rule 8: lines after `^`, up to a blank line, and further such groups after blank lines. */
export function insetAt(text: string, position: number): number {
  let end = position;
  while (startsInset(text, end)) {
    do end = endOfLine(text, end) + 1;
    while (end < text.length && text[end] !== '\n');
    end = skipLineFeeds(text, Math.min(end, text.length));
  }
  return end === position ? -1 : end;
}

function startsInset(text: string, position: number): boolean {
  const mark = skipSpaces(text, position);
  return text[mark] === '^' && mark + 1 < text.length && text[mark + 1] !== '\n';
}

const insetMark = /^ *\^ ?/gm;

/** The content of an inset: each line without its `^` and one space. */
export function insetContent(source: string): string {
  return source.replace(insetMark, '');
}

const plainTableHead = new RegExp(`^ *[^${whitespaceClass}].*\\|`, 's');
const plainTableRule = /^ *[-:]+ *\|[-| :]*$/;
const pipedTableHead = /^ *\|./s;
const pipedTableRule = /^ *\| *[-:]+[-| :]*$/;

/** Rule 6: a table without outer pipes. */
export function plainTableAt(text: string, position: number): number {
  const body = tableBodyAt(text, position, plainTableHead, plainTableRule);
  return body === -1 ? -1 : passRows(text, body, (row) => row.includes('|'));
}

/** Rule 13: a table with leading pipes. */
export function pipedTableAt(text: string, position: number): number {
  const body = tableBodyAt(text, position, pipedTableHead, pipedTableRule);
  return body === -1 ? -1 : passRows(text, body, (row) => row[skipSpaces(row, 0)] === '|');
}

function tableBodyAt(text: string, position: number, head: RegExp, rule: RegExp): number {
  const headEnd = endOfLine(text, position);
  if (headEnd === text.length) return -1;
  const ruleEnd = endOfLine(text, headEnd + 1);
  if (ruleEnd === text.length || !rule.test(text.slice(headEnd + 1, ruleEnd))) return -1;
  return head.test(text.slice(position, headEnd)) ? ruleEnd + 1 : -1;
}

function passRows(text: string, position: number, isRow: (line: string) => boolean): number {
  let end = position;
  while (end < text.length) {
    const lineEnd = endOfLine(text, end);
    if (!isRow(text.slice(end, lineEnd))) break;
    end = Math.min(lineEnd + 1, text.length);
  }
  return skipLineFeeds(text, end);
}

const strictListMark = new RegExp(` *(?=[*+-]|[${digitClass}]+\\.)[*+-]?(?:[${digitClass}]+\\.)? [^]`, 'uy');

/** The stricter list mark that ends a paragraph (rule 14): one of `* + -` or a number, a space, something more. */
export function startsStrictList(text: string, position: number): boolean {
  strictListMark.lastIndex = position;
  return strictListMark.test(text);
}
