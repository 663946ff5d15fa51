import { lineEndClass, obscureFullWidthClass, obscureZeroWidthClass, whitespaceClass } from './unicode-classes.ts';

/** The kinds of white space that Notify tells apart (templating sheet, conventions, and §4). */

const whitespaceRun = new RegExp(`[${whitespaceClass}]+`, 'g');
const zeroWidth = new RegExp(`[${obscureZeroWidthClass}]`, 'g');
const obscure = new RegExp(`[${obscureZeroWidthClass}${obscureFullWidthClass}]`, 'g');
const lineEnd = new RegExp(`\\r\\n|[${lineEndClass}]`);
// The lookbehind keeps time linear: a run of spaces is tried from its start only.
const whitespaceBeforePunctuation = /(?<![ \t])[ \t]+(?=[,.])/g;

/** True for a UTF-16 unit that Unicode calls white space. */
export function isUnicodeWhitespace(code: number): boolean {
  if (code <= 0x20) return code >= 0x1c || (code >= 0x09 && code <= 0x0d);
  if (code < 0x1680) return code === 0x85 || code === 0xa0;
  if (code <= 0x200a) return code >= 0x2000 || code === 0x1680;
  return code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000;
}

/** Removes Unicode white space at the start. */
export function trimStartUnicode(text: string): string {
  let start = 0;
  while (start < text.length && isUnicodeWhitespace(text.charCodeAt(start))) start += 1;
  return start === 0 ? text : text.slice(start);
}

/** Removes Unicode white space at both ends. */
export function trimUnicode(text: string): string {
  let end = text.length;
  while (end > 0 && isUnicodeWhitespace(text.charCodeAt(end - 1))) end -= 1;
  return trimStartUnicode(end === text.length ? text : text.slice(0, end));
}

/** Removes every obscure character, then space, tab, LF, CR, VT and FF at both ends. */
export function stripObscureWhitespace(text: string): string {
  const clean = text.replace(obscure, '');
  let start = 0;
  let end = clean.length;
  while (start < end && isOrdinaryWhitespace(clean.charCodeAt(start))) start += 1;
  while (end > start && isOrdinaryWhitespace(clean.charCodeAt(end - 1))) end -= 1;
  return clean.slice(start, end);
}

function isOrdinaryWhitespace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** Zero-width characters removed, every run of white space one space, trimmed (templating sheet §4 and §5.3). */
export function normaliseWhitespace(text: string): string {
  return trimUnicode(text.replace(zeroWidth, '').replace(whitespaceRun, ' '));
}

/** Lines as Python splits them: also at VT, FF, FS, GS, RS, NEL, U+2028 and U+2029. */
export function splitLines(text: string): string[] {
  return text.split(lineEnd);
}

/** Removes runs of spaces and tabs right before `,` and `.`. */
export function removeWhitespaceBeforePunctuation(text: string): string {
  return text.replace(whitespaceBeforePunctuation, '');
}
