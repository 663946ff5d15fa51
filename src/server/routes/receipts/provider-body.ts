import type { FastifyRequest, FastifySchema } from 'fastify';
import type { Method } from '../../resource.ts';
import { receiptProblems } from '../../schemas/receipt.ts';

/** Providers write some hundred bytes; SNS at most 256 KiB. */
const bodyLimit = 300 * 1024;

/** A route whose body has rules of its own: its schema is only for the document. */
export function providerRoute({ schema, handler }: Required<Pick<Method, 'schema' | 'handler'>>): Method {
  return { schema, handler, bodyLimit, validatorCompiler: () => () => true };
}

/** The raw body of a request, as text. */
export function bodyText({ body }: FastifyRequest): string {
  return Buffer.isBuffer(body) ? body.toString('utf8') : '';
}

/** What the OpenAPI document says of a route that a provider posts to. */
export function providerOperation({
  mediaType,
  answer,
  ...operation
}: Pick<FastifySchema, 'body' | 'security'> & {
  readonly operationId: string;
  readonly summary: string;
  readonly mediaType: 'application/json' | 'application/x-www-form-urlencoded';
  readonly answer: object;
}): FastifySchema {
  return { tags: ['Receipts'], ...operation, consumes: [mediaType], response: { 200: answer, 400: receiptProblems } };
}
