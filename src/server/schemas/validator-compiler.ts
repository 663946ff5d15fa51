import { Ajv } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import { AppError } from '../../lib/core/errors.ts';
import { isRawJsonNumber, type JsonValue } from '../../lib/core/json.ts';
import { describeProblems, type RequestSchema } from './describe-problems.ts';
import type { FormatCheck } from './formats.ts';

/**
 * Compiles request schemas. Ajv decides quickly; only a body it refuses, or one with texts or numbers that it cannot
 * judge, is looked at again by `describeProblems`, which finds the API's words.
 */
export function createValidatorCompiler(
  formats: Readonly<Record<string, FormatCheck>>,
): FastifySchemaCompiler<unknown> {
  const ajv = new Ajv({
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: false,
    allErrors: true,
    strict: false,
  });
  for (const [name, check] of Object.entries(formats)) ajv.addFormat(name, (text) => check(text) === null);

  return ({ schema, httpPart }) => {
    // The rest is looked at by its route, which has the words for it; its schema is for the document.
    if (httpPart !== 'body') return (value: unknown) => ({ value });
    const validate = ajv.compile(schema as object);
    return (body: unknown) => {
      if (validate(body) && !needsCloserLook(body)) return { value: body };
      const messages = describeProblems(schema as RequestSchema, body as JsonValue, formats);
      if (messages.length === 0) return { value: body };
      return { error: new AppError('VALIDATION_FAILED', messages.join('; '), { details: { messages } }) };
    };
  };
}

/** Ajv takes a number kept as text for an object, and every string for a good one. */
function needsCloserLook(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return false;
  return isRawJsonNumber(body) || Object.values(body).some((value) => isRawJsonNumber(value) || holdsOddText(value));
}

// NUL and surrogates, which are odd only when unpaired: `describeProblems` decides.
const oddText = /[\0\ud800-\udfff]/;

function holdsOddText(value: unknown): boolean {
  if (typeof value === 'string') return oddText.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, item]) => oddText.test(key) || holdsOddText(item));
}
