import { messageOf } from './errors.ts';

/**
 * JSON whose numbers keep their spelling. Notify prints `1.0` as `1.0` and a 20-digit integer exactly, which a parsed
 * JavaScript number has forgotten (public API sheet §3 and §4.4).
 */

/** A number that JavaScript would spell differently from its source: `JSON.rawJSON` keeps the text. */
export interface RawJsonNumber {
  readonly rawJSON: string;
}

export type JsonValue = null | boolean | number | string | RawJsonNumber | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

interface RawJson {
  rawJSON(text: string): RawJsonNumber;
  isRawJSON(value: unknown): value is RawJsonNumber;
}
const rawJson = JSON as unknown as RawJson;

/** True for a number kept as its source text. */
export function isRawJsonNumber(value: unknown): value is RawJsonNumber {
  return rawJson.isRawJSON(value);
}

// A digit after `:`, `[` or `,` is the only place a number can start; inside a string it is a harmless false alarm.
const mayHoldNumber = /[:[,]\s*-?\d|^\s*-?\d/;

/**
 * Parses JSON text. Numbers whose spelling `String(number)` would change become `RawJsonNumber`; `JSON.stringify` writes
 * them back as they came. Text without numbers costs no more than `JSON.parse`.
 *
 * @throws SyntaxError as `JSON.parse`; RangeError for text with numbers that is nested some thousand levels deep
 */
export function parseJson(text: string): JsonValue {
  if (!mayHoldNumber.test(text)) return JSON.parse(text) as JsonValue;
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && context?.source !== undefined && context.source !== String(value)
      ? rawJson.rawJSON(context.source)
      : value;
  return JSON.parse(text, reviver) as JsonValue;
}

/** JSON.parse, whose errors would quote the text beside the mistake: for files that may hold secrets. */
export function parseJsonWithoutQuoting(text: string): unknown {
  let problem: string;
  try {
    return JSON.parse(text);
  } catch (error) {
    problem = messageOf(error);
  }
  const [place = ''] = / \(line \d+ column \d+\)/.exec(problem) ?? [];
  throw new Error(`it is not valid JSON${place}`);
}

/** True for a JSON object: not null, an array or a raw number. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJsonNumber(value);
}
