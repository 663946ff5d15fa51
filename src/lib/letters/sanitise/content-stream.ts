/**
 * The operations of a page's content (ISO 32000-1 §7.8.2), read one by one with their places, so that those that stay can
 * be copied byte by byte.
 */

/** A name without its slash. */
export class Name {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Dictionaries, booleans and null: nothing here looks into them. */
export const opaque = Symbol('opaque');

export type Operand = number | Name | Uint8Array | readonly Operand[] | typeof opaque;

export interface Operation {
  readonly operator: string;
  readonly operands: readonly Operand[];
  /** Where it begins, with its operands, and where it ends. */
  readonly start: number;
  readonly end: number;
}

const whitespace = new Set([0, 9, 10, 12, 13, 32]);
const delimiters = new Set([...'()<>[]{}/%'].map((character) => character.charCodeAt(0)));
/** As deep as arrays and dictionaries of a page may nest. */
const mostDepth = 50;

const code = (character: string): number => character.charCodeAt(0);
const [openParenthesis, closeParenthesis, backslash] = [code('('), code(')'), code('\\')];
const [less, greater, openBracket, closeBracket, slash, percent] = ['<', '>', '[', ']', '/', '%'].map(code) as [
  number,
  number,
  number,
  number,
  number,
  number,
];

/** @throws Error for what nests too deep */
export function* readOperations(bytes: Uint8Array): Generator<Operation, undefined> {
  let at = 0;
  let start = -1;
  let operands: Operand[] = [];

  const skipSpace = (): void => {
    for (; at < bytes.length; at += 1) {
      if (bytes[at] === percent) while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at += 1;
      if (!whitespace.has(bytes[at]!)) return;
    }
  };

  const readWord = (): string => {
    const from = at;
    while (at < bytes.length && !whitespace.has(bytes[at]!) && !delimiters.has(bytes[at]!)) at += 1;
    return latin1(bytes.subarray(from, at));
  };

  const readOperand = (depth: number): Operand | string | null => {
    if (depth > mostDepth) throw new Error('the content of a page nests too deep');
    const byte = bytes[at];
    if (byte === slash) {
      at += 1;
      return new Name(
        readWord().replace(/#([\dA-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
      );
    }
    if (byte === openParenthesis) return readString();
    if (byte === less) {
      if (bytes[at + 1] !== less) return readHexString();
      at += 2;
      readUntil(greater, depth);
      if (bytes[at] === greater) at += 1;
      return opaque;
    }
    if (byte === openBracket) {
      at += 1;
      return readUntil(closeBracket, depth);
    }
    if (delimiters.has(byte!)) {
      // Something that closes what was never opened.
      at += 1;
      return null;
    }
    const word = readWord();
    if (/^[+-]*[\d.][\d.+-]*$/.test(word)) return numberOf(word);
    return word === 'true' || word === 'false' || word === 'null' ? opaque : word;
  };

  const readUntil = (closing: number, depth: number): Operand[] => {
    const items: Operand[] = [];
    for (;;) {
      skipSpace();
      if (at >= bytes.length) return items;
      if (bytes[at] === closing) {
        at += 1;
        return items;
      }
      const item = readOperand(depth + 1);
      if (item !== null && typeof item !== 'string') items.push(item);
    }
  };

  const readString = (): Uint8Array => {
    const text: number[] = [];
    let depth = 1;
    for (at += 1; at < bytes.length; at += 1) {
      const byte = bytes[at]!;
      if (byte === openParenthesis) depth += 1;
      if (byte === closeParenthesis) depth -= 1;
      if (depth === 0) {
        at += 1;
        break;
      }
      if (byte === backslash) readEscape(text);
      else text.push(byte);
    }
    return Uint8Array.from(text);
  };

  const readEscape = (text: number[]): void => {
    at += 1;
    const character = String.fromCharCode(bytes[at] ?? 0);
    if (/[0-7]/.test(character)) {
      const [digits] = /^[0-7]{1,3}/.exec(latin1(bytes.subarray(at, at + 3)))!;
      text.push(parseInt(digits, 8) & 0xff);
      at += digits.length - 1;
    } else if (character === '\r' || character === '\n') {
      if (character === '\r' && bytes[at + 1] === 10) at += 1;
    } else text.push(escapes[character] ?? character.charCodeAt(0));
  };

  const readHexString = (): Uint8Array => {
    const from = at + 1;
    while (at < bytes.length && bytes[at] !== greater) at += 1;
    const digits = latin1(bytes.subarray(from, at)).replace(/[^\dA-Fa-f]/g, '');
    at += 1;
    return Uint8Array.from({ length: Math.ceil(digits.length / 2) }, (_, index) =>
      parseInt(digits.slice(2 * index, 2 * index + 2).padEnd(2, '0'), 16),
    );
  };

  for (;;) {
    skipSpace();
    if (at >= bytes.length) return;
    if (operands.length === 0) start = at;
    const before = at;
    const found = readOperand(0);
    if (found === null) continue;
    if (typeof found !== 'string') {
      operands.push(found);
      continue;
    }
    if (at === before) at += 1;
    if (found === 'ID') at = endOfInlineImage(bytes, at);
    yield { operator: found, operands, start, end: at };
    operands = [];
  }
}

const escapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12 };

/** Numbers are spelt in odd ways, such as `--5` or `1.2-3`; what follows the odd part is left out. */
function numberOf(word: string): number {
  const value = Number.parseFloat(word.replace(/^([+-])[+-]+/, '$1'));
  return Number.isFinite(value) ? value : 0;
}

/** After the `EI` that ends an image within the content: one between spaces, with something like content behind it. */
function endOfInlineImage(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length - 1; at += 1) {
    if (bytes[at] !== 0x45 || bytes[at + 1] !== 0x49 || !whitespace.has(bytes[at - 1]!)) continue;
    const next = bytes.subarray(at + 2, at + 12);
    const isText = next.every((byte) => (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13);
    if (isText && (next.length === 0 || whitespace.has(next[0]!))) return at + 2;
  }
  return bytes.length;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
