import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, isAppError, type FieldProblems } from '../../lib/core/errors.ts';

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
    sayWhenToRetry(reply, known);
    const { httpStatus, v2Error } = known.kind;
    const listed = known.details?.['messages'];
    const messages = Array.isArray(listed) ? (listed as string[]) : [publicMessage(known)];
    const entry = known.details?.['entry'] as object | undefined;
    return reply
      .code(httpStatus)
      .send({ status_code: httpStatus, errors: messages.map((message) => ({ error: v2Error, message, ...entry })) });
  });
}

/**
 * v1: the plain envelope with v2's statuses; the message is a text, or lists of texts by field (public API sheet §15).
 */
export function registerV1Errors(server: FastifyInstance): void {
  server.setErrorHandler((error, request, reply) => {
    const known = toAppError(error);
    logUnexpected(request, known, error);
    sayWhenToRetry(reply, known);
    return sendPlain(reply, known.kind.httpStatus, v1Message(known));
  });
}

/**
 * The internal API (admin API sheet §2): the plain envelope with a text, or texts by field; where a body is held against a
 * schema, v2's list. That something is not there is told in the same words whatever it is, but for `details.answer`.
 */
export function registerInternalErrors(server: FastifyInstance): void {
  server.setErrorHandler((error, request, reply) => {
    const known = toAppError(error);
    logUnexpected(request, known, error);
    sayWhenToRetry(reply, known);
    const { httpStatus, v2Error } = known.kind;
    const messages = known.details?.['fields'] === undefined ? known.details?.['messages'] : undefined;
    if (known.code === 'VALIDATION_FAILED' && Array.isArray(messages)) {
      const errors = (messages as string[]).map((message) => ({ error: v2Error, message }));
      return reply.code(httpStatus).send({ status_code: httpStatus, errors });
    }
    return sendPlain(reply, httpStatus, internalMessage(known));
  });
}

function internalMessage(known: AppError): string | FieldProblems {
  const answer = known.details?.['answer'];
  if (typeof answer === 'string') return answer;
  if (known.code === 'NOT_FOUND') return 'No result found';
  return known.code === 'BODY_NOT_JSON' ? 'Invalid JSON' : v1Message(known);
}

function v1Message(known: AppError): string | FieldProblems {
  const { plainField } = known.kind;
  const fields = known.details?.['fields'] as FieldProblems | undefined;
  const message = publicMessage(known);
  return fields ?? (plainField === null ? message : { [plainField]: [message] });
}

/** Whoever has to wait is told how long, in seconds. */
function sayWhenToRetry(reply: FastifyReply, { code, details }: AppError): void {
  const seconds = details?.['retryAfterSeconds'] ?? (code === 'SERVICE_UNAVAILABLE' ? 1 : null);
  if (typeof seconds === 'number') reply.header('Retry-After', String(seconds));
}

function sendPlain(reply: FastifyReply, status: number, message: string | FieldProblems): FastifyReply {
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
