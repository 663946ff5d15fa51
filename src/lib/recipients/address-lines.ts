import { replaceObscureWhitespace } from './whitespace.ts';

/** What Python's `splitlines` splits at; U+2028 and U+2029 end lines before the rule for invisible characters sees them. */
// eslint-disable-next-line no-control-regex -- the separators U+001C-001E are looked for
const lineEnd = /\r\n|[\n\r\v\f\x1C-\x1E\x85\u2028\u2029]/;
/** Unicode whitespace (templating sheet §4); the separators that end lines are gone by then. */
// eslint-disable-next-line no-control-regex -- U+001F is whitespace
const whitespaceRun = /[\t\x1F \u1680\u2000-\u200A\u205F\u3000]+/g;
const spaceBeforePunctuation = / +([,.])/g;

/**
 * The lines of an address as they are printed (templating sheet §9): whitespace normalised, no spaces or commas at the
 * end, no spaces before commas and full stops, no empty lines.
 */
export function normaliseAddressLines(address: string): string[] {
  return address
    .split(lineEnd)
    .map(normaliseLine)
    .filter((line) => line !== '');
}

function normaliseLine(line: string): string {
  const text = replaceObscureWhitespace(line).replace(whitespaceRun, ' ');
  return withoutEdges(text).replace(spaceBeforePunctuation, '$1');
}

/** Without spaces at the start, without spaces and commas at the end; a loop, to be linear in long runs of them. */
function withoutEdges(text: string): string {
  const start = text.startsWith(' ') ? 1 : 0;
  let end = text.length;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === ',')) end -= 1;
  return text.slice(start, end);
}
