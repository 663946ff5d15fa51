import { curlQuotes } from './curly-quotes.ts';
import { whitespaceClass } from './unicode-classes.ts';
import { isUnicodeWhitespace, removeWhitespaceBeforePunctuation } from './whitespace.ts';

/**
 * The typography of subjects, emails and letters, over a whole rendered text, tags included (templating sheet §5.1): no
 * space before `,` and `.`, curly quotes, straight ones again in email addresses, en dashes between words.
 */
export function applyTypography(text: string): string {
  return useEnDashes(straightenQuotesInAddresses(curlQuotes(removeWhitespaceBeforePunctuation(text))));
}

const singleCurlyQuote = /[‘’]/g;

/**
 * Straight single quotes in every word that looks like an email address. A repaired word uses up the white space on
 * both its sides, so of two such words one space apart only the first is repaired.
 */
function straightenQuotesInAddresses(text: string): string {
  if (!text.includes('@') || !/[‘’]/.test(text)) return text;
  let result = '';
  let copied = 0;
  let usedUp = -1;
  let at = text.indexOf('@');
  while (at !== -1) {
    let start = at;
    while (start > 0 && !isUnicodeWhitespace(text.charCodeAt(start - 1))) start -= 1;
    let end = at + 1;
    while (end < text.length && !isUnicodeWhitespace(text.charCodeAt(end))) end += 1;
    // The sign may not be the word's first character; if it is, a second one may do.
    const inner = at > start ? at : text.indexOf('@', at + 1);
    if (inner === -1) break;
    if (inner < end - 1 && (start === 0 || start - 1 > usedUp)) {
      result += text.slice(copied, start) + text.slice(start, end).replace(singleCurlyQuote, "'");
      copied = end;
      usedUp = end;
    }
    at = inner < end ? text.indexOf('@', end) : inner;
  }
  return result + text.slice(copied);
}

// The lookbehind keeps time linear: a run of white space is tried from its start only.
const dashBetweenWords = new RegExp(
  `(?<![${whitespaceClass}])[${whitespaceClass}]+[-–—]{1,3}[${whitespaceClass}]+`,
  'g',
);

function useEnDashes(text: string): string {
  return text.replace(dashBetweenWords, ' – ');
}
