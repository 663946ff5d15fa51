import { obscureZeroWidthClass } from './unicode-classes.ts';

/** The characters a text message may hold, and what they cost (templating sheet §4). */

export type SmsEncoding = 'GSM-7' | 'UCS-2';

const gsmClass = '@£$¥èéùìòÇ\\n\\rØøÅåΔ_ΦΓΛΩΠΨΣΘΞ\\x1bÆæßÉ !"#¤%&\'()*+,\\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà';
const gsmExtensionClass = '\\^{}\\\\\\[~\\]|€';
// Welsh letters of GSM are in the first class; these others make the whole message Unicode.
const welshOutsideGsmClass = 'áíóúẃýẁỳëïẅÿâêîôûŵŷÁÍÓÚẂÝÀÈÌÒÙẀỲËÏẄŸÂÊÎÔÛŴŶ';

const notAllowed = new RegExp(`[^${gsmClass}${gsmExtensionClass}${welshOutsideGsmClass}]`, 'u');
const everyNotAllowed = new RegExp(notAllowed.source, 'gu');
const welshOutsideGsm = new RegExp(`[${welshOutsideGsmClass}]`);
const gsmExtension = new RegExp(`[${gsmExtensionClass}]`);
const everyGsmExtension = new RegExp(gsmExtension.source, 'g');
const zeroWidth = new RegExp(`[${obscureZeroWidthClass}]`);

const replacements: ReadonlyMap<string, string> = new Map([
  ['\u2011', '-'],
  ['\u2013', '-'],
  ['\u2014', '-'],
  ['\u2212', '-'],
  ['…', '...'],
  ['‘', "'"],
  ['’', "'"],
  ['‚', "'"],
  ['“', '"'],
  ['”', '"'],
  ['„', '"'],
  ['\u00a0', ' '],
  ['\u202f', ' '],
  ['\t', ' '],
  ['Ł', 'L'],
  ['ł', 'l'],
]);

/** The text with every character replaced that a phone would not show: by its base letter, a look-alike or `?`. */
export function downgradeToSms(text: string): string {
  return notAllowed.test(text) ? text.replace(everyNotAllowed, downgradeCharacter) : text;
}

function downgradeCharacter(character: string): string {
  const base = firstOfDecomposition(character);
  if (base !== null) return notAllowed.test(base) ? '?' : base;
  return replacements.get(character) ?? (zeroWidth.test(character) ? '' : '?');
}

/**
 * The first code point of a character's canonical decomposition by **one** step (`ấ` → `â`), null when it has none.
 * JavaScript only decomposes to the end (`ấ` → `a`), so the last mark is taken off and the rest composed again.
 */
function firstOfDecomposition(character: string): string | null {
  const decomposed = character.normalize('NFD');
  if (decomposed === character) return null;
  const composed = character.normalize('NFC');
  // A character that composing does not give back only stands for another one, such as the ångström sign.
  const step = composed === character ? [...decomposed].slice(0, -1).join('').normalize('NFC') : composed;
  return String.fromCodePoint(step.codePointAt(0)!);
}

/** The encoding of a text, judged **before** its downgrade: only Welsh letters outside GSM force Unicode. */
export function smsEncoding(text: string): SmsEncoding {
  return welshOutsideGsm.test(text) ? 'UCS-2' : 'GSM-7';
}

/** The number of text messages, each billed, that carry a downgraded text. */
export function smsFragmentCount(text: string, encoding: SmsEncoding): number {
  if (encoding === 'UCS-2') return text.length <= 70 ? 1 : Math.ceil(text.length / 67);
  const length = text.length + countExtensionCharacters(text);
  return length <= 160 ? 1 : Math.ceil(length / 153);
}

/** Characters of GSM's extension table, each of which takes the room of two. */
export function countExtensionCharacters(text: string): number {
  return gsmExtension.test(text) ? text.match(everyGsmExtension)!.length : 0;
}
