import type { FastifySchema } from 'fastify';
import { Type, type TSchema } from 'typebox';
import type { ErrorCode } from '../../lib/core/errors.ts';

/** What every `POST /v2/notifications/{type}` can answer beside its 201 (public API sheet §4.2 and §16). */
const sendErrors: readonly ErrorCode[] = [
  'REQUEST_INVALID',
  'IDEMPOTENCY_IN_PROGRESS',
  'IDEMPOTENCY_MISMATCH',
  'TOO_MANY_REQUESTS',
  'LIMIT_EXCEEDED',
];

const idempotencyKey = Type.Object({
  'Idempotency-Key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[ -~]*$',
      description:
        'Chosen by you for one message: the same request with the same key within 24 hours gets the first answer again, and nothing is sent twice.',
    }),
  ),
});

const replayed = {
  'Idempotent-Replayed': { type: 'string', enum: ['true'], description: 'This is the answer of an earlier request.' },
};

interface Send {
  readonly operationId: string;
  readonly summary: string;
  readonly body: TSchema;
  readonly answer: TSchema;
  readonly errors?: readonly ErrorCode[];
}

/** The schema of a route that sends. */
export function sendOperation({ operationId, summary, body, answer, errors = [] }: Send): FastifySchema {
  return {
    tags: ['Notifications'],
    operationId,
    summary,
    headers: idempotencyKey,
    body,
    response: { 201: { ...answer, headers: replayed } },
    errors: [...sendErrors, ...errors],
  };
}
