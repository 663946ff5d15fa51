import { AppError } from '../core/errors.ts';
import { isJsonObject, isRawJsonNumber, type JsonObject, type JsonValue } from '../core/json.ts';

/** How the provider sorted a letter, which decides its price (data sheet §5.1). */
export type CostThreshold = 'sorted' | 'unsorted';

/** What the print provider posts of a letter (delivery sheet §6.3). */
export interface PrintStatus {
  readonly jobId: string;
  /** When it came about. */
  readonly transitionAt: Date;
  /** Null: the letter was not printed. */
  readonly despatch: { readonly sheets: number; readonly costThreshold: CostThreshold } | null;
}

const postageClasses = ['1ST', '2ND', 'INTERNATIONAL'];
const sortedProducts = ['MM', 'MM ECONOMY'];

/**
 * Reads what the provider posts. Properties of a despatch come as a list of keys and values, or as an object.
 *
 * @throws AppError VALIDATION_FAILED naming everything that is missing or of another form
 */
export function readPrintStatus(body: unknown): PrintStatus {
  const problems: string[] = [];
  const document = isJsonObject(body) ? body : {};
  const data = objectIn(document, 'data', problems);
  for (const name of ['id', 'time']) textIn(document, name, problems);
  textIn(objectIn(document, 'metadata', problems), 'correlationId', problems);
  const jobId = textIn(data, 'jobId', problems);
  const status = textIn(data, 'jobStatus', problems);
  if (status !== '' && status !== 'DESPATCHED' && status !== 'REJECTED')
    problems.push(`jobStatus ${status.slice(0, 100)} is not one of [DESPATCHED, REJECTED]`);
  const transitionAt = timeIn(data, 'transitionDate', problems);
  const despatch = status === 'DESPATCHED' ? readDespatch(data['despatchProperties'], problems) : null;
  if (problems.length > 0)
    throw new AppError('VALIDATION_FAILED', problems.join('; '), { details: { messages: problems } });
  return { jobId, transitionAt, despatch };
}

function readDespatch(value: JsonValue | undefined, problems: string[]): PrintStatus['despatch'] {
  if (value === undefined) {
    problems.push('despatchProperties is a required property');
    return null;
  }
  const properties = Array.isArray(value) ? fromList(value) : isJsonObject(value) ? value : {};
  const sheets = textIn(properties, 'totalSheets', problems);
  const postageClass = textIn(properties, 'postageClass', problems);
  const product = textIn(properties, 'mailingProduct', problems);
  if (sheets !== '' && !/^\d{1,6}$/.test(sheets)) problems.push('totalSheets is not a whole number');
  if (postageClass !== '' && !postageClasses.includes(postageClass))
    problems.push(`postageClass ${postageClass.slice(0, 100)} is not one of [${postageClasses.join(', ')}]`);
  const isSorted = postageClass === '2ND' && sortedProducts.includes(product);
  return { sheets: Number(sheets), costThreshold: isSorted ? 'sorted' : 'unsorted' };
}

function fromList(list: readonly JsonValue[]): JsonObject {
  return Object.fromEntries(
    list.flatMap((entry) =>
      isJsonObject(entry) && typeof entry['key'] === 'string' ? [[entry['key'], entry['value'] ?? null]] : [],
    ),
  );
}

function objectIn(object: JsonObject, name: string, problems: string[]): JsonObject {
  const value = object[name];
  if (value !== undefined && isJsonObject(value)) return value;
  problems.push(value === undefined ? `${name} is a required property` : `${name} is not an object`);
  return {};
}

/** A text, or a number as it is written; empty when it is neither. */
function textIn(object: JsonObject, name: string, problems: string[]): string {
  const value = object[name];
  if (value === undefined) problems.push(`${name} is a required property`);
  else if (typeof value === 'number') return String(value);
  else if (isRawJsonNumber(value)) return value.rawJSON;
  else if (typeof value === 'string' && value !== '') return value;
  else problems.push(`${name} is not of type string`);
  return '';
}

/** An ISO time; without an offset it is in UTC. */
function timeIn(object: JsonObject, name: string, problems: string[]): Date {
  const text = textIn(object, name, problems);
  const hasOffset = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text);
  const time = new Date(isTime ? `${text}${hasOffset ? '' : 'Z'}` : NaN);
  if (text !== '' && Number.isNaN(time.getTime())) problems.push(`${name} is not a valid ISO8601 time`);
  return time;
}
