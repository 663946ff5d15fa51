/** Compares what a server answers with what its OpenAPI document says of the operation. */
import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import type { ApiAnswer } from './api.ts';
import { operationsOf, resolveReference, type Operation } from './openapi-rules.ts';

/* eslint-disable @typescript-eslint/no-explicit-any -- a document may be anything until it is checked */

export type DocumentedAnswer = Pick<ApiAnswer, 'status' | 'headers' | 'json' | 'text'>;

/**
 * Every way in which an answer is not as documented: a status or type of content that is not there, a body that does not
 * fit its schema. A success may have no member that is not described, either.
 */
export function answerProblems(document: any, operation: Operation, answer: DocumentedAnswer): string[] {
  const { status } = answer;
  const response = responseOf(document, operation, status);
  if (response === undefined) return [`${status} is not documented`];
  const type = answer.headers['content-type']?.split(';')[0] ?? 'nothing';
  if (response.content === undefined) return answer.text === '' ? [] : [`${status} has content: ${type}`];
  const media = response.content[type];
  if (media === undefined) return [`${status} is ${type}`];
  if (type !== 'application/json') return [];
  const check = validatorOf(document, media.schema, status < 400);
  if (check(answer.json)) return [];
  return check.errors!.map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** The operation that a path of a request belongs to; what the router decodes may be written either way. */
export function findOperation(document: any, method: string, path: string): Operation | undefined {
  const segments = path
    .split(/[?#]/)[0]!
    .split('/')
    .map((segment) => (/%(?![0-9a-f]{2})|%[89a-f]|%2f/i.test(segment) ? segment : decodeURIComponent(segment)));
  const fits = (template: string): boolean => {
    const parts = template.split('/');
    return parts.length === segments.length && parts.every((part, n) => part.startsWith('{') || part === segments[n]);
  };
  const found = operationsOf(document).filter((one) => one.method === method.toLowerCase() && fits(one.path));
  return found.find((one) => !one.path.includes('{')) ?? found[0];
}

function responseOf(document: any, { operation }: Operation, status: number): any {
  const response = operation.responses[status];
  return response?.$ref === undefined ? response : resolveReference(document, response.$ref as string);
}

const validators = new WeakMap<object, ValidateFunction>();

function validatorOf(document: any, schema: object, isClosed: boolean): ValidateFunction {
  let validator = validators.get(schema);
  if (validator === undefined) {
    const close = isClosed ? closeObjects : (open: unknown): any => open;
    const ajv = new Ajv2020({ allErrors: true, strict: false, formats });
    validator = ajv.compile({ ...close(schema), components: close(document.components) } as AnySchema);
    validators.set(schema, validator);
  }
  return validator;
}

const formats = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/,
  uri: (value: string) => URL.canParse(value),
  email: /^[^@\s]+@[^@\s]+$/,
};

/** An object may have the members that are described and no others. */
function closeObjects(schema: any): any {
  if (Array.isArray(schema)) return schema.map(closeObjects);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).map(([key, value]) => [key, closeObjects(value)]);
  const inside = Object.fromEntries(members);
  const isOpenObject = inside.properties !== undefined && inside.additionalProperties === undefined;
  return isOpenObject && inside.type === 'object' ? { ...inside, additionalProperties: false } : inside;
}
