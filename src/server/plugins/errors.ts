import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, isAppError } from '../../lib/core/errors.ts';

/** The texts of the router's own answers (public API sheet §1). */
export const notFoundMessage =
  'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.';
export const methodNotAllowedMessage = 'The method is not allowed for the requested URL.';

/** Router errors and everything outside v2: `{"result": "error", "message": …}`. */
export function registerPlainErrors(server: FastifyInstance): void {
  server.setNotFoundHandler((_request, reply) => sendNotFound(reply));
  server.setErrorHandler((error, request, reply) => {
    const known = toAppError(error);
    logUnexpected(request, known, error);
    return sendPlain(reply, known.kind.httpStatus, publicMessage(known));
  });
}

/** v2: `{"status_code": 400, "errors": [{"error": …, "message": …}]}`. */
export function registerV2Errors(server: FastifyInstance): void {
  server.setErrorHandler((error, request, reply) => {
    const known = toAppError(error);
    logUnexpected(request, known, error);
    // The router's errors, and what the server itself refuses, are not v2's.
    if (known.code === 'ROUTE_UNKNOWN' || known.code === 'BODY_TOO_LARGE')
      return sendPlain(reply, known.kind.httpStatus, publicMessage(known));
    if (known.code === 'SERVICE_UNAVAILABLE') reply.header('Retry-After', '1');
    const { httpStatus, v2Error } = known.kind;
    const listed = known.details?.['messages'];
    const messages = Array.isArray(listed) ? (listed as string[]) : [publicMessage(known)];
    return reply
      .code(httpStatus)
      .send({ status_code: httpStatus, errors: messages.map((message) => ({ error: v2Error, message })) });
  });
}

function sendPlain(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).type('application/json').send({ result: 'error', message });
}

/** Answers 404 for an unknown path. */
export function sendNotFound(reply: FastifyReply): FastifyReply {
  return sendPlain(reply, 404, notFoundMessage);
}

/** Answers 405 for a known path. */
export function sendMethodNotAllowed(reply: FastifyReply, allow: string): FastifyReply {
  return sendPlain(reply.header('Allow', allow), 405, methodNotAllowedMessage);
}

function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  const { code, statusCode } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new AppError('BODY_TOO_LARGE', 'The data value transmitted exceeds the capacity limit.', { cause: error });
  if (code === 'FST_ERR_HANDLER_TIMEOUT')
    return new AppError('REQUEST_TIMEOUT', 'Timeout serving request', { cause: error });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return new AppError('BODY_NOT_JSON', 'Invalid JSON supplied in POST data', { cause: error });
  return new AppError('INTERNAL', 'Internal server error', { cause: error });
}

/** Errors of ours that a client cannot mend say no more than that there was one. */
function publicMessage({ kind, code, message }: AppError): string {
  if (code === 'SERVICE_UNAVAILABLE' || code === 'REQUEST_TIMEOUT') return message;
  return kind.httpStatus >= 500 ? 'Internal server error' : message;
}

function logUnexpected(request: FastifyRequest, known: AppError, error: unknown): void {
  if (known.kind.httpStatus < 500) return;
  request.log.error({ err: error, traceId: request.traceId, route: request.routeOptions.url }, 'Request failed');
}
