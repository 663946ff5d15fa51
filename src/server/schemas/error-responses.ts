import { Type, type TSchema } from 'typebox';
import { errorTable, type ErrorCode } from '../../lib/core/errors.ts';

/** The bodies of refused requests: which one a route answers with is decided by where it is (public API sheet §1, §15). */
export type Envelope = 'V2Error' | 'PlainError' | 'V1Error';

export const errorEnvelopes: Readonly<Record<Envelope, TSchema>> = {
  V2Error: Type.Object(
    {
      status_code: Type.Integer({ description: 'The HTTP status.' }),
      errors: Type.Array(
        Type.Object({
          error: Type.String({ description: 'The name to decide by.' }),
          message: Type.String({ description: 'For people; its wording is that of GOV.UK Notify.' }),
        }),
        { minItems: 1, description: 'A ValidationError for every problem of the request, or one error.' },
      ),
    },
    { description: 'An error of version 2.' },
  ),
  PlainError: Type.Object(
    {
      result: Type.Literal('error'),
      message: Type.Union([Type.String(), Type.Object({}, { additionalProperties: Type.String() })]),
    },
    { description: 'An error of the router, and of everything outside version 2.' },
  ),
  V1Error: Type.Object(
    {
      result: Type.Literal('error'),
      message: Type.Union([
        Type.String(),
        Type.Object({}, { additionalProperties: Type.Array(Type.String()), description: 'Texts by field.' }),
      ]),
    },
    { description: 'An error of version 1.' },
  ),
};

/** What version 2 leaves to the server itself to refuse. */
const refusedByServer: readonly ErrorCode[] = ['ROUTE_UNKNOWN', 'BODY_TOO_LARGE'];

const retryAfter = {
  'Retry-After': { type: 'integer', minimum: 1, description: 'Seconds after which the same request may be taken.' },
};
const waiting: readonly ErrorCode[] = [
  'IDEMPOTENCY_IN_PROGRESS',
  'TOO_MANY_REQUESTS',
  'LIMIT_EXCEEDED',
  'SERVICE_UNAVAILABLE',
];

/** The documented response of every status that these codes have. */
export function errorResponses(envelope: Envelope, codes: readonly ErrorCode[]): Record<string, object> {
  const byStatus = Map.groupBy(new Set(codes), (code) => String(errorTable[code].httpStatus));
  return Object.fromEntries([...byStatus].map(([status, same]) => [status, errorResponse(envelope, status, same)]));
}

function errorResponse(envelope: Envelope, status: string, codes: readonly ErrorCode[]): object {
  const isV2 = envelope === 'V2Error' && !codes.every((code) => refusedByServer.includes(code));
  const names = [...new Set(codes.map((code) => errorTable[code].v2Error))];
  return {
    // Of the answer only; the body's schema has a description of its own.
    'x-response-description': codes
      .map((code) => (isV2 ? `\`${errorTable[code].v2Error}\`: ` : '') + errorTable[code].summary)
      .join(' '),
    ...(codes.some((code) => waiting.includes(code)) && { headers: retryAfter }),
    allOf: isV2
      ? [component('V2Error'), namedErrors(Number(status), names)]
      : [component(envelope === 'V2Error' ? 'PlainError' : envelope)],
  };
}

function namedErrors(status: number, names: readonly string[]): object {
  return {
    type: 'object',
    properties: {
      status_code: { enum: [status] },
      errors: { type: 'array', items: { type: 'object', properties: { error: { enum: names } } } },
    },
  };
}

/** A schema that the document has once, under `components`. */
export function component(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}
