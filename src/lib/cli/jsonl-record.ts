import { isJsonObject, isRawJsonNumber, parseJson, type JsonObject, type JsonValue } from '../core/json.ts';
import { isAppError, messageOf } from '../core/errors.ts';
import { unprocessed, type LineAnswer } from './jsonl.ts';

/** A line that cannot be processed; its message is the line's `error`. */
class LineError extends Error {}

/**
 * Reads a line as a JSON object and answers it. A line that is none, or lacks a field, is answered with
 * `{"ok": false, "error"}` (templating sheet §11); so is one that `answer` fails on for a reason nobody thought of, since
 * one line must not end the run.
 */
export function answerRecord(line: string, answer: (record: JsonObject) => object): LineAnswer {
  try {
    return { processed: true, json: JSON.stringify(answer(parseRecord(line))) };
  } catch (error) {
    const isExpected = error instanceof LineError || isAppError(error);
    return unprocessed(isExpected ? error.message : `Unexpected: ${messageOf(error)}`);
  }
}

function parseRecord(line: string): JsonObject {
  let value: JsonValue;
  try {
    value = parseJson(line);
  } catch {
    throw new LineError('Line is not valid JSON');
  }
  if (!isJsonObject(value)) throw new LineError('Line is not a JSON object');
  return value;
}

/** A field of a record; undefined when it is absent or null. */
function fieldOf(record: JsonObject, name: string): Exclude<JsonValue, null> | undefined {
  return Object.hasOwn(record, name) ? (record[name] ?? undefined) : undefined;
}

/** A text that must be there. */
export function requiredText(record: JsonObject, name: string): string {
  if (!Object.hasOwn(record, name)) throw new LineError(`${name} is a required property`);
  return optionalText(record, name) ?? fail(name, 'string');
}

/** One of a few words, which must be there. */
export function requiredChoice<Choice extends string>(
  record: JsonObject,
  name: string,
  choices: readonly Choice[],
): Choice {
  const text = requiredText(record, name);
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw new LineError(`${name} is not one of [${choices.join(', ')}]`);
  return choice;
}

/** A text; null when it is absent or null. */
export function optionalText(record: JsonObject, name: string): string | null {
  const value = fieldOf(record, name) ?? null;
  return value === null || typeof value === 'string' ? value : fail(name, 'string');
}

/** An object; empty when it is absent or null. */
export function optionalObject(record: JsonObject, name: string): JsonObject {
  const value = fieldOf(record, name);
  if (value === undefined) return {};
  return isJsonObject(value) ? value : fail(name, 'object');
}

/** A list; null when it is absent or null. */
export function optionalList(record: JsonObject, name: string): readonly JsonValue[] | null {
  const value = fieldOf(record, name) ?? null;
  return value === null || Array.isArray(value) ? value : fail(name, 'array');
}

/** A switch; off when it is absent or null. */
export function optionalSwitch(record: JsonObject, name: string): boolean {
  const value = fieldOf(record, name) ?? false;
  return typeof value === 'boolean' ? value : fail(name, 'boolean');
}

/** A number; null when it is absent or null. */
export function optionalNumber(record: JsonObject, name: string): number | null {
  const value = fieldOf(record, name) ?? null;
  if (isRawJsonNumber(value)) return Number(value.rawJSON);
  return value === null || typeof value === 'number' ? value : fail(name, 'number');
}

function fail(name: string, type: string): never {
  throw new LineError(`${name} is not of type ${type}`);
}
