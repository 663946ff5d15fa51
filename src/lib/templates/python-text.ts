import { isRawJsonNumber, type JsonValue, type RawJsonNumber } from '../core/json.ts';

/**
 * JSON values as Python prints them, since that is how Notify puts a number, a boolean or an object into a message
 * (templating sheet §2, public API sheet §4.4).
 */
export function pythonText(value: JsonValue): string {
  return typeof value === 'string' ? value : pythonRepr(value, 0);
}

// Python prints a structure that it does not follow further as an ellipsis. JSON can be nested deeper than a call stack.
const deepestNesting = 500;

function pythonRepr(value: JsonValue, depth: number): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return pythonQuoted(value);
  if (typeof value === 'number' || isRawJsonNumber(value)) return pythonNumber(value);
  if (Array.isArray(value)) {
    if (depth > deepestNesting) return '[...]';
    return `[${value.map((item) => pythonRepr(item, depth + 1)).join(', ')}]`;
  }
  if (depth > deepestNesting) return '{...}';
  const members = Object.entries(value).map(([key, item]) => `${pythonQuoted(key)}: ${pythonRepr(item, depth + 1)}`);
  return `{${members.join(', ')}}`;
}

/** A JSON number as Python prints it: without `.` or exponent an integer of any size, otherwise a float. */
export function pythonNumber(value: number | RawJsonNumber): string {
  const source = typeof value === 'number' ? String(value) : value.rawJSON;
  if (!/[.eEIN]/.test(source)) return source === '-0' ? '0' : source;
  return pythonFloat(Number(source));
}

function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  // Both languages print the fewest digits that read back as the same number; only the layout differs.
  const [mantissa, exponentText] = value.toExponential().split('e') as [string, string];
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  const sign = value < 0 ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

const unprintable = /[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const shortEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function pythonQuoted(text: string): string {
  const escaped = text.replace(unprintable, (character) => shortEscapes[character] ?? escapeCodePoint(character));
  if (!escaped.includes("'")) return `'${escaped}'`;
  return escaped.includes('"') ? `'${escaped.replaceAll("'", "\\'")}'` : `"${escaped}"`;
}

function escapeCodePoint(character: string): string {
  const hex = character.codePointAt(0)!.toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
