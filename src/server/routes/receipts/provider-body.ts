import type { FastifyRequest } from 'fastify';
import type { Method } from '../../resource.ts';

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
