import { digitClass } from '../unicode-classes.ts';
import { trimStartUnicode } from '../whitespace.ts';
import { ruleMarksAt } from './block-rules.ts';
import type { DefinitionScanner } from './definitions.ts';
import { endOfLine, skipLineFeeds, skipSpaces } from './source-text.ts';

/** Lists: where they end, and their items (templating sheet §5.2, block rule 9 and "List items"). */

const listMark = new RegExp(`[•*-]|[${digitClass}]+\\.`, 'uy');

/** The position after a list mark (`•`, `*`, `-` or a number and a full stop) at a position, or -1. */
function passMark(text: string, position: number): number {
  listMark.lastIndex = position;
  return listMark.test(text) ? listMark.lastIndex : -1;
}

export interface FoundList {
  readonly ordered: boolean;
  /** With the line feeds that end it. */
  readonly source: string;
  readonly end: number;
}

/** A list at the start of a line: its marks need no space after them, but something. */
export function listAt(text: string, position: number, definitions: DefinitionScanner): FoundList | null {
  const start = skipSpaces(text, position);
  const markEnd = passMark(text, start);
  if (markEnd === -1 || markEnd >= text.length) return null;
  const ordered = text[markEnd - 1] === '.';
  const indent = text.slice(position, start);
  let at = text.indexOf('\n', markEnd + 1);
  while (at !== -1) {
    const next = skipLineFeeds(text, at);
    if (endsList(text, at, next, indent, definitions))
      return { ordered, source: text.slice(position, next), end: next };
    at = text.indexOf('\n', next);
  }
  return { ordered, source: text.slice(position), end: text.length };
}

/** Whether the line feeds from `at` up to `next` end a list of a certain indent. */
function endsList(text: string, at: number, next: number, indent: string, definitions: DefinitionScanner): boolean {
  if (next - at > 2) return true;
  if (next - at === 2 && text[next] !== ' ' && !startsSpacedItem(text, next, indent)) return true;
  if (ruleMarksAt(text, next) !== -1) return true;
  if (indent !== '' && text.startsWith(indent, next) && ruleMarksAt(text, next + indent.length) !== -1) return true;
  return definitions.linkAt(next) !== null || definitions.footnoteAt(next) !== null;
}

function startsSpacedItem(text: string, position: number, indent: string): boolean {
  if (!text.startsWith(indent, position)) return false;
  const markEnd = passMark(text, position + indent.length);
  return markEnd !== -1 && text[markEnd] === ' ';
}

export interface ItemSource {
  readonly loose: boolean;
  readonly source: string;
}

/** The items of a list's source, without their marks and indents. */
export function listItems(source: string): ItemSource[] {
  const sources = cutItems(source);
  const items: ItemSource[] = [];
  let afterBlankLine = false;
  for (const [index, itemSource] of sources.entries()) {
    const content = itemContent(itemSource);
    let loose = afterBlankLine || hasBlankLineInside(content);
    if (index < sources.length - 1 && content !== '') {
      afterBlankLine = content.endsWith('\n');
      loose ||= afterBlankLine;
    }
    items.push({ loose, source: content });
  }
  return items;
}

function hasBlankLineInside(content: string): boolean {
  const blank = content.indexOf('\n\n');
  // Only the first blank line matters: what follows a later one follows this one too.
  return blank !== -1 && trimStartUnicode(content.slice(blank)) !== '';
}

/** Cuts before every line that starts with the first one's indent and a mark: deeper lines stay inside. */
function cutItems(source: string): string[] {
  const indentLength = skipSpaces(source, 0);
  const indent = source.slice(0, indentLength);
  const items: string[] = [];
  let start = 0;
  for (let end = endOfLine(source, 0); end < source.length; end = endOfLine(source, end + 1)) {
    if (!source.startsWith(indent, end + 1) || passMark(source, end + 1 + indentLength) === -1) continue;
    items.push(source.slice(start, end));
    start = end + 1;
  }
  items.push(source.slice(start));
  return items;
}

function itemContent(item: string): string {
  const markEnd = passMark(item, skipSpaces(item, 0));
  const content = item.slice(markEnd);
  return content.includes('\n ') ? content.replace(new RegExp(`^ {1,${markEnd}}`, 'gm'), '') : content;
}
