/** How MMG writes the text of a message that somebody sent (delivery sheet §6.4). */

const singleEscapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '',
};

/** Digits that follow `\x`, `\u` and `\U`. */
const hexDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** `+` stands for a space, then percent escapes, then backslash escapes; with an invalid one of those all stay as they are. */
export function decodeMmgText(text: string): string {
  const decoded = decodePercent(text);
  return unescape(decoded) ?? decoded;
}

/** Undoes `+` and percent escapes; what is no UTF-8 becomes U+FFFD, and a `%` without two digits stays. */
export function decodePercent(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}

/** Undoes the escapes of a Python text; null when one of them is invalid. A backslash before any other character stays. */
function unescape(text: string): string | null {
  let isValid = true;
  const result = text.replace(
    /\\(?:([0-7]{1,3})|([xuU])([0-9a-f]{0,8})|([^]?))/gi,
    (match: string, octal?: string, kind?: string, digits: string = '', other: string = '') => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      if (kind !== undefined && kind in hexDigits) return hexEscape(kind, digits) ?? fail();
      // A lone backslash at the end, and `\N{name}`, whose names nobody needs.
      if (other === '' || other === 'N') return fail();
      return singleEscapes[other] ?? match;
    },
  );
  return isValid ? result : null;

  function fail(): string {
    isValid = false;
    return '';
  }
}

function hexEscape(kind: string, digits: string): string | null {
  const length = hexDigits[kind]!;
  const codePoint = Number.parseInt(digits.slice(0, length), 16);
  if (digits.length < length || codePoint > 0x10ffff) return null;
  return String.fromCodePoint(codePoint) + digits.slice(length);
}
