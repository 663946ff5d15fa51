import { parseContent } from './placeholders.ts';
import { smsCharacterLimit } from './template.ts';

/** `…` becomes three characters; nothing else makes a text longer on its way to a phone (templating sheet §4). */
const mostCharactersOfOne = 3;
const visible = /[0-9A-Za-z]/;

/**
 * A quick look at the texts of a template, for long lists of values: rendering each takes longer than all else.
 *
 * @returns tells whether a text with values that are no longer than this is neither empty nor too long, whatever they are;
 *   false when only rendering it can tell
 */
export function createSmsFit(content: string): (longestValue: number) => boolean {
  const parts = parseContent(content);
  const isNeverEmpty = parts.some((part) => typeof part === 'string' && visible.test(part));
  const placeholders = parts.filter((part) => typeof part !== 'string').length;
  return (longestValue) =>
    isNeverEmpty && mostCharactersOfOne * (content.length + placeholders * longestValue) <= smsCharacterLimit;
}
