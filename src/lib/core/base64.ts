const notDigit = /[^A-Za-z0-9+/]/;
const foreign = /[^A-Za-z0-9+/=]/g;
// eslint-disable-next-line no-control-regex -- U+0000 to U+007F are what ASCII is
const notAscii = /[^\u0000-\u007f]/;

/**
 * Decodes base64 as leniently as Python's `b64decode` does: characters that are no base64 are skipped, and so is what
 * comes after the padding. Null when the padding does not fit, and for text that is not ASCII.
 */
export function decodeBase64(text: string): Buffer | null {
  if (isPlainBase64(text)) return Buffer.from(text, 'base64');
  if (notAscii.test(text)) return null;
  const digits = digitsOf(text.replace(foreign, ''));
  return digits === null ? null : Buffer.from(digits, 'base64');
}

/** As encoders write it: told without the repetitions that a pattern for megabytes of text must not have. */
function isPlainBase64(text: string): boolean {
  if (text.length % 4 !== 0) return false;
  const end = text.search(notDigit);
  return end === -1 || ['=', '=='].includes(text.slice(end, end + 3));
}

/** The digits up to where padding ends them, which is only where they need it; null when they do not come out even. */
function digitsOf(text: string): string | null {
  const runs: string[] = [];
  let length = 0;
  let position = 0;
  let equalSigns = 0;
  for (let sign = text.indexOf('='); sign !== -1; sign = text.indexOf('=', position)) {
    if (sign > position) equalSigns = 0;
    runs.push(text.slice(position, sign));
    length += sign - position;
    position = sign + 1;
    const rest = length % 4;
    if (rest < 2) continue;
    equalSigns += 1;
    if (rest + equalSigns >= 4) return runs.join('');
  }
  runs.push(text.slice(position));
  return (length + text.length - position) % 4 === 0 ? runs.join('') : null;
}
