import { legacyNames, namedReferences } from './named-references.ts';

/** Decoding of character references as Python's and the HTML standard's rules have it (templating sheet §2 and §5.1). */

// Between `&` and the end: a number, or up to 32 characters that may be a name.
const numberPattern = '#[0-9]+|#[xX][0-9a-fA-F]+';
const namePattern = '[^\\t\\n\\f <&#;]{1,32}';
const referenceWithSemicolon = new RegExp(`&(${numberPattern}|${namePattern});`, 'gu');
const reference = new RegExp(`&(${numberPattern}|${namePattern})(;?)`, 'gu');

/** Decodes references that end in a semicolon. An unknown name loses its longest legacy prefix: `&notit;` → `¬it;`. */
export function decodeStrictEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(referenceWithSemicolon, (whole, body: string) => decodeBody(body, ';') ?? whole);
}

/** Decodes references; the semicolon is optional for numbers and legacy names: `&times=2` → `×=2`. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(reference, (whole, body: string, end: string) => decodeBody(body, end) ?? whole);
}

function decodeBody(body: string, end: string): string | null {
  if (body.startsWith('#')) return decodeNumber(body);
  const { named, legacy, longestLegacyName } = entityTable();
  const exact = end === ';' ? named.get(body) : legacy.get(body);
  if (exact !== undefined) return exact;
  // Not a name: the longest legacy name that it begins with is taken.
  for (let length = Math.min(body.length, longestLegacyName); length > 1; length -= 1) {
    const prefix = legacy.get(body.slice(0, length));
    if (prefix !== undefined) return prefix + body.slice(length) + end;
  }
  return null;
}

// 0x80-0x9F are read as Windows-1252; 0 where that code page has nothing.
const windows1252 = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
  0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

function decodeNumber(body: string): string {
  const hexadecimal = body[1] === 'x' || body[1] === 'X';
  const code = hexadecimal ? Number.parseInt(body.slice(2), 16) : Number.parseInt(body.slice(1), 10);
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
  if (code >= 0x80 && code <= 0x9f) return String.fromCodePoint(windows1252[code - 0x80]! || code);
  return isDropped(code) ? '' : String.fromCodePoint(code);
}

function isDropped(code: number): boolean {
  if (code < 0x20) return code !== 0x09 && code !== 0x0a && code !== 0x0c && code !== 0x0d;
  return code === 0x7f || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
}

interface EntityTable {
  /** Every name, written with a semicolon. */
  readonly named: ReadonlyMap<string, string>;
  /** Those that need none. */
  readonly legacy: ReadonlyMap<string, string>;
  readonly longestLegacyName: number;
}

// A constant that is unpacked when it is first needed, since most messages have no entity at all.
const entityTable = once((): EntityTable => {
  const words = namedReferences.trim().split(/\s+/);
  const named = new Map<string, string>();
  for (let index = 0; index < words.length; index += 2) {
    const codePoints = words[index + 1]!.split('-').map((hex) => Number.parseInt(hex, 16));
    named.set(words[index]!, String.fromCodePoint(...codePoints));
  }
  const legacy = new Map<string, string>();
  for (const name of legacyNames.trim().split(/\s+/)) legacy.set(name, named.get(name)!);
  return { named, legacy, longestLegacyName: Math.max(...[...legacy.keys()].map((name) => name.length)) };
});

function once<T>(compute: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= compute());
}
