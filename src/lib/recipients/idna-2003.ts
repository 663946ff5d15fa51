import { leftToRight, mappedToNothing, prohibited, rightToLeft, unassigned } from './nameprep-tables.ts';
import { punycodeEncode } from './punycode.ts';

/**
 * Domain names in ASCII by IDNA 2003 (RFC 3490, 3491, 3492), which the reference uses. Node's `domainToASCII` follows
 * UTS 46: it maps other characters and leaves `ß` alone (templating sheet §8).
 */

const acePrefix = 'xn--';
const longestLabel = 63;
const asciiOnly = /^[\0-\x7F]*$/;
const labelSeparators = /[.\u3002\uFF0E\uFF61]/;

const dropped = classOf(mappedToNothing, 'gu');
const assigned = classOf(unassigned, 'gu', { negated: true });
const refused = classOf(prohibited, 'u');
const rightToLeftAnywhere = classOf(rightToLeft, 'u');
const rightToLeftAtBothEnds = new RegExp(`^(?:${rightToLeftAnywhere.source}.*)?${rightToLeftAnywhere.source}$`, 'su');
const leftToRightAnywhere = classOf(leftToRight, 'u');

/**
 * The ASCII form of a domain: `bååååår.com` → `xn--br-yiaaaaa.com`. A domain that is ASCII already is returned as it is.
 * Null when a label is empty, too long, or has characters that IDNA 2003 refuses.
 */
export function domainToAscii2003(domain: string): string | null {
  if (asciiOnly.test(domain)) return domain;
  const labels = domain.split(labelSeparators);
  // One dot at the end stands for the root and stays; an empty label anywhere else is refused.
  const root = labels.at(-1) === '' ? labels.splice(-1) : [];
  const ascii: string[] = [];
  for (const label of labels) {
    const asciiLabel = labelToAscii(label);
    if (asciiLabel === null) return null;
    ascii.push(asciiLabel);
  }
  return [...ascii, ...root].join('.');
}

/** ToASCII of RFC 3490 §4.1 without the rules for host names, which the caller checks on the result. */
function labelToAscii(label: string): string | null {
  const prepared = asciiOnly.test(label) ? label : nameprep(label);
  if (prepared === null) return null;
  if (asciiOnly.test(prepared)) return ofAllowedLength(prepared);
  // Encoding would take time in the square of the length, and no label this long can end up short enough.
  if (prepared.length > 2 * longestLabel || prepared.startsWith(acePrefix)) return null;
  return ofAllowedLength(acePrefix + punycodeEncode(prepared));
}

function ofAllowedLength(label: string): string | null {
  return label.length >= 1 && label.length <= longestLabel ? label : null;
}

/** Nameprep (RFC 3491): map, normalise, refuse prohibited characters and mixed directions; null when refused. */
function nameprep(label: string): string | null {
  const mapped = Array.from(label.replace(dropped, ''), foldWithNormalisation).join('');
  const text = normalise(mapped);
  if (refused.test(text)) return null;
  if (!rightToLeftAnywhere.test(text)) return text;
  return leftToRightAnywhere.test(text) || !rightToLeftAtBothEnds.test(text) ? null : text;
}

/** Table B.2 of RFC 3454: case folding that is still folded after normalisation (`ℋ` → `h`). */
function foldWithNormalisation(character: string): string {
  const folded = foldCase(character);
  const normalised = normalise(folded);
  const refolded = normalise(Array.from(normalised, foldCase).join(''));
  return normalised === refolded ? folded : refolded;
}

/** Table B.3 of RFC 3454: full case folding (`ß` → `ss`, `ς` → `σ`). */
function foldCase(character: string): string {
  // The dotless ı is a letter of its own, although its capital is I.
  if (character === 'ı') return character;
  if (character.search(assigned) === -1) return character.toLowerCase();
  return Array.from(character.toUpperCase(), (capital) => capital.toLowerCase()).join('');
}

/** Normal form KC of Unicode 3.2: characters that came later stay as they are. */
function normalise(text: string): string {
  return text.replace(assigned, (known) => known.normalize('NFKC'));
}

/** A regular expression for one character of a table of `nameprep-tables.ts`. */
function classOf(table: string, flags: string, { negated = false } = {}): RegExp {
  const ranges = table
    .trim()
    .split(/\s+/)
    .map((range) => range.replace(/[0-9A-F]+/g, (code) => `\\u{${code}}`));
  return new RegExp(`[${negated ? '^' : ''}${ranges.join('')}]${negated ? '+' : ''}`, flags);
}
