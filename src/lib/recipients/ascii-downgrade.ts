/**
 * The downgrade to ASCII that the reference applies to mistyped phone numbers (templating sheet §7, step 5) and to the
 * names of countries (§9). It is the character downgrade of §4 with printable ASCII as the allowed set.
 */

const replacements: ReadonlyMap<string, string> = new Map([
  ['\u2011', '-'],
  ['\u2013', '-'],
  ['\u2014', '-'],
  ['\u2212', '-'],
  ['\u2026', '...'],
  ['\u2018', "'"],
  ['\u2019', "'"],
  ['\u201A', "'"],
  ['\u201C', '"'],
  ['\u201D', '"'],
  ['\u201E', '"'],
  ['\u180E', ''],
  ['\u200B', ''],
  ['\u200C', ''],
  ['\u200D', ''],
  ['\u2060', ''],
  ['\uFEFF', ''],
  ['\u2028', ''],
  ['\u2029', ''],
  ['\u00A0', ' '],
  ['\u202F', ' '],
  ['\t', ' '],
  ['\u0141', 'L'],
  ['\u0142', 'l'],
]);

const printableAscii = /^[ -~]*$/;

/** Text in printable ASCII; what has no ASCII form becomes `?` (line breaks and other controls too). */
export function downgradeToAscii(text: string): string {
  if (printableAscii.test(text)) return text;
  let result = '';
  for (const character of text) result += printableAscii.test(character) ? character : downgradeCharacter(character);
  return result;
}

function downgradeCharacter(character: string): string {
  return firstDecomposed(character) ?? replacements.get(character) ?? '?';
}

/**
 * The first code point of a *single* canonical decomposition step: `é` gives `e`, but `ấ` gives `â`, which is not ASCII.
 * Null when the character has no canonical decomposition.
 */
function firstDecomposed(character: string): string | null {
  const [first, ...marks] = [...character.normalize('NFD')];
  if (first === undefined || (first === character && marks.length === 0)) return null;
  // One step equals the full decomposition for a base and one mark, unless the character is an alias of a composed one
  // (U+212B is `Å`): then composing it again gives another character.
  const oneStep = marks.length === 0 || (marks.length === 1 && character.normalize('NFC') === character);
  return oneStep && printableAscii.test(first) ? first : '?';
}
