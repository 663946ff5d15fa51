/**
 * Invisible characters that people paste along with a phone number or an address (templating sheet, "Conventions").
 * JavaScript's own `\s` and `trim()` are another set, so nothing in this folder uses them.
 */

/** Zero-width characters: they vanish wherever they stand. */
const zeroWidth = '\\u180E\\u200B-\\u200D\\u2060\\uFEFF\\u2028\\u2029';
/** Non-breaking spaces: removed from recipients, turned into spaces inside address lines. */
const nonBreaking = '\\u00A0\\u202F';
const ordinary = ' \\t\\n\\r\\v\\f';

const zeroWidthPattern = new RegExp(`[${zeroWidth}]+`, 'g');
const nonBreakingPattern = new RegExp(`[${nonBreaking}]`, 'g');
const obscurePattern = new RegExp(`[${zeroWidth}${nonBreaking}]+`, 'g');

/** Source of a regular expression class (without brackets): ordinary and obscure whitespace. */
export const whitespaceClass = `${ordinary}${zeroWidth}${nonBreaking}`;

/** Removes zero-width characters and non-breaking spaces wherever they stand. */
export function removeObscureWhitespace(text: string): string {
  return text.replace(obscurePattern, '');
}

/** Removes zero-width characters; non-breaking spaces become spaces. */
export function replaceObscureWhitespace(text: string): string {
  return text.replace(zeroWidthPattern, '').replace(nonBreakingPattern, ' ');
}

/** Removes ordinary whitespace (space, tab, LF, CR, VT, FF) from both ends. */
export function trimOrdinaryWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  // A loop, since `/\s+$/` takes quadratic time on long runs of blanks that do not end the text.
  while (start < end && isOrdinaryWhitespace(text.charCodeAt(start))) start += 1;
  while (end > start && isOrdinaryWhitespace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/**
 * The recipient as it is stored in `to`: as supplied, without surrounding and obscure whitespace (delivery sheet §1.3).
 * CSV cells are cleaned in the same way (jobs sheet §8, rule 4 of the reader).
 */
export function stripRecipient(text: string): string {
  return trimOrdinaryWhitespace(removeObscureWhitespace(text));
}

function isOrdinaryWhitespace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
