import { AppError } from '../core/errors.ts';
import { isJsonObject, isRawJsonNumber, type JsonObject, type JsonValue } from '../core/json.ts';
import { requireXmlText } from './xml/xml-characters.ts';

/** Readers of a payload's fields; what they throw names the field (broadcasts sheet §12). */

/** @param message starts with the field */
export function payloadError(message: string): AppError {
  return new AppError('VALIDATION_FAILED', message, { details: { messages: [message] } });
}

/** A field; undefined when it is absent or null. */
function fieldOf(record: JsonObject, name: string): Exclude<JsonValue, null> | undefined {
  return Object.hasOwn(record, name) ? (record[name] ?? undefined) : undefined;
}

/** @param path where the record is, ending in a dot; empty for the payload itself */
export function requiredText(record: JsonObject, name: string, path = ''): string {
  return optionalText(record, name, path) ?? failRequired(`${path}${name}`);
}

/** @throws AppError VALIDATION_FAILED also when XML does not allow one of its characters */
export function optionalText(record: JsonObject, name: string, path = ''): string | undefined {
  const value = fieldOf(record, name);
  return value === undefined ? undefined : readText(value, `${path}${name}`);
}

export function readText(value: JsonValue, path: string): string {
  if (typeof value !== 'string') throw payloadError(`${path} is not a text`);
  requireXmlText(value, path);
  return value;
}

/** A list of at least one. */
export function requiredList(record: JsonObject, name: string, path = ''): readonly JsonValue[] {
  const list = optionalList(record, name, path) ?? [];
  return list.length > 0 ? list : failRequired(`${path}${name}`);
}

export function optionalList(record: JsonObject, name: string, path = ''): readonly JsonValue[] | undefined {
  const value = fieldOf(record, name);
  if (value === undefined || Array.isArray(value)) return value;
  throw payloadError(`${path}${name} is not a list`);
}

export function readObject(value: JsonValue, path: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw payloadError(`${path} is not an object`);
}

/** A number, also one that JavaScript would spell differently; null for anything else. */
export function readNumber(value: JsonValue | undefined): number | null {
  if (isRawJsonNumber(value)) return Number(value.rawJSON);
  return typeof value === 'number' ? value : null;
}

function failRequired(path: string): never {
  throw payloadError(`${path} is required`);
}
