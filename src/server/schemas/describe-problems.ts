import { isJsonObject, isRawJsonNumber, type JsonValue } from '../../lib/core/json.ts';
import { pythonText } from '../../lib/templates/python-text.ts';
import type { FormatCheck } from './formats.ts';

/** The part of JSON Schema that request schemas use. */
export interface RequestSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, RequestSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly anyOf?: readonly RequestSchema[];
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly maxLength?: number;
}

const uuidFormat = 'notify-uuid';

/**
 * Every way in which a body breaks its schema, in the API's words and order: the type of the body, properties in schema
 * order, missing properties in schema order, unexpected properties (public API sheet §3). Run only after a validator
 * said no; empty when there is nothing to say.
 */
export function describeProblems(
  schema: RequestSchema,
  body: JsonValue,
  formats: Readonly<Record<string, FormatCheck>>,
): string[] {
  if (!isJsonObject(body)) return [plain(`${show(body)} is not of type object`)];
  const properties = schema.properties ?? {};
  const problems: string[] = [];
  for (const [name, property] of Object.entries(properties)) {
    const value = body[name];
    if (value === undefined) continue;
    problems.push(...describeValue(property, value, formats).map((problem) => `${name} ${problem}`));
  }
  for (const name of Object.keys(properties)) {
    if (schema.required?.includes(name) && body[name] === undefined) problems.push(`${name} is a required property`);
  }
  const unexpected = Object.keys(body).filter((name) => !Object.hasOwn(properties, name));
  if (schema.additionalProperties === false && unexpected.length > 0) {
    problems.push(describeUnexpected(unexpected));
  }
  return [...new Set(problems.map(plain))];
}

/** `Additional properties are not allowed (a, b were unexpected)`. */
export function describeUnexpected(names: readonly string[]): string {
  const sorted = [...names].sort();
  return plain(
    `Additional properties are not allowed (${sorted.join(', ')} ${sorted.length === 1 ? 'was' : 'were'} unexpected)`,
  );
}

/** `<value> is not one of [a, b]`. */
export function describeChoice(value: string, choices: readonly string[]): string {
  return plain(`${value} is not one of [${choices.join(', ')}]`);
}

function describeValue(
  schema: RequestSchema,
  value: JsonValue,
  formats: Readonly<Record<string, FormatCheck>>,
): string[] {
  const alternatives = schema.anyOf ?? [schema];
  const matching = alternatives.find(({ type }) => type === undefined || hasType(value, type));
  if (matching === undefined) {
    if (schema.format === uuidFormat) return ['is not a valid UUID'];
    return [`${show(value)} is not of type ${alternatives.map(({ type }) => type).join(', ')}`];
  }
  if (typeof value !== 'string') return describeTexts(value);
  const problems: string[] = [];
  if (value.includes('\0')) problems.push('must not contain null characters');
  if (!value.isWellFormed()) problems.push('is not valid Unicode');
  if (problems.length > 0) return problems;
  if (matching.maxLength !== undefined && [...value].length > matching.maxLength) problems.push(`${value} is too long`);
  if (matching.enum !== undefined && !matching.enum.includes(value))
    problems.push(`${value} is not one of [${matching.enum.join(', ')}]`);
  const problem = matching.format === undefined ? null : (formats[matching.format]?.(value) ?? null);
  if (problem !== null) problems.push(problem);
  return problems;
}

/** What no stored text may hold, at any depth: NUL, which PostgreSQL refuses, and half a surrogate pair. */
export function describeTexts(value: JsonValue): string[] {
  const problems = new Set<string>();
  visitTexts(value, (text) => {
    if (text.includes('\0')) problems.add('must not contain null characters');
    if (!text.isWellFormed()) problems.add('is not valid Unicode');
  });
  return [...problems];
}

function visitTexts(value: JsonValue, visit: (text: string) => void): void {
  if (typeof value === 'string') visit(value);
  else if (Array.isArray(value)) value.forEach((item) => visitTexts(item, visit));
  else if (isJsonObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      visit(key);
      visitTexts(item, visit);
    }
  }
}

function hasType(value: JsonValue, type: string): boolean {
  if (type !== 'integer') return typeOf(value) === type;
  const number = isRawJsonNumber(value) ? Number(value.rawJSON) : value;
  return Number.isInteger(number);
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (isRawJsonNumber(value)) return 'number';
  return typeof value;
}

function show(value: JsonValue): string {
  return pythonText(value);
}

/** The API deletes every apostrophe of a message. */
function plain(message: string): string {
  return message.replaceAll("'", '');
}
