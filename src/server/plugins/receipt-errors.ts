import type { FastifyInstance } from 'fastify';
import { isAppError } from '../../lib/core/errors.ts';

/** What providers are told of a body that does not fit: a text or a list of them; all else is as elsewhere. */
export function registerReceiptErrors(server: FastifyInstance): void {
  server.setErrorHandler((error, _request, reply) => {
    const messages = isAppError(error, 'REQUEST_INVALID') ? error.details?.['messages'] : undefined;
    // For the handler of the whole server.
    if (messages === undefined) throw error;
    return reply.code(400).send({ result: 'error', message: messages });
  });
}
