/**
 * The one table of errors: code → HTTP status, v2 error name, process exit code.
 *
 * The middle of the program throws `AppError`; only the edges (routes, commands) translate it.
 * Exit codes follow the command contract: 1 failed, 2 usage, 3 partly done, 4 refused, 5 not found,
 * 69 dependency unavailable, 75 locked (try again), 78 bad configuration.
 */
export interface ErrorKind {
  /** HTTP status of the answer when the error reaches a route. */
  readonly httpStatus: number;
  /** `error` name in the v2 envelope (public API sheet §1). */
  readonly v2Error: string;
  /** Exit status when the error reaches a command. */
  readonly exitCode: number;
  /** The field under which the plain envelope and v1 list the message; null: it stands alone (public API sheet §1, §15). */
  readonly plainField: string | null;
  /** One line for the generated reference. */
  readonly summary: string;
}

const kind = (
  httpStatus: number,
  v2Error: string,
  exitCode: number,
  summary: string,
  plainField: string | null = null,
): ErrorKind => ({ httpStatus, v2Error, exitCode, summary, plainField });

export const errorTable = {
  AUTH_MISSING: kind(401, 'AuthError', 4, 'No usable Authorization header was sent.', 'token'),
  AUTH_INVALID: kind(403, 'AuthError', 4, 'The token in the Authorization header was refused.', 'token'),
  BODY_NOT_JSON: kind(400, 'BadRequestError', 2, 'The request body is not valid JSON.'),
  VALIDATION_FAILED: kind(400, 'ValidationError', 2, 'Input does not match the documented schema.'),
  REQUEST_INVALID: kind(400, 'BadRequestError', 2, 'The request is well formed but not allowed.'),
  LETTER_REFUSED: kind(403, 'BadRequestError', 4, 'This key, or this service, cannot send letters.'),
  PERMISSION_MISSING: kind(403, 'BadRequestError', 4, 'The service lacks the permission for this.'),
  JOB_REFUSED: kind(403, 'BadRequestError', 4, 'This service cannot send files of recipients, or not as letters.'),
  PDF_NOT_READY: kind(400, 'PDFNotReadyError', 75, 'The PDF of the letter does not exist yet.'),
  LETTER_NOT_MADE: kind(500, 'Exception', 1, 'The PDF of a letter could not be made; it will be tried again.'),
  RECIPIENT_INVALID: kind(400, 'InvalidPhoneError', 2, 'The recipient cannot receive this message.'),
  NOT_FOUND: kind(404, 'NoResultFound', 5, 'No such row, or it belongs to another service.'),
  ROUTE_UNKNOWN: kind(404, 'NotFound', 5, 'No such path.'),
  METHOD_NOT_ALLOWED: kind(405, 'MethodNotAllowed', 5, 'The path exists, but not with this method.'),
  BODY_TOO_LARGE: kind(413, 'RequestEntityTooLarge', 2, 'The request body is larger than the limit.'),
  TOO_MANY_REQUESTS: kind(429, 'RateLimitError', 75, 'Too many requests for this key type in one minute.'),
  LIMIT_EXCEEDED: kind(429, 'TooManyRequestsError', 75, 'The daily send limit is used up.'),
  IDEMPOTENCY_MISMATCH: kind(422, 'IdempotencyMismatchError', 4, 'The Idempotency-Key was used with another request.'),
  IDEMPOTENCY_IN_PROGRESS: kind(
    409,
    'IdempotencyInProgressError',
    75,
    'A request with this Idempotency-Key is still being worked on.',
  ),
  SERVICE_UNAVAILABLE: kind(503, 'ServiceUnavailableError', 69, 'The server cannot take the request now.'),
  REQUEST_TIMEOUT: kind(504, 'Timeout', 69, 'The request took longer than the serving timeout.'),
  CONFIG_INVALID: kind(500, 'Exception', 78, 'A configuration value is missing or wrong.'),
  SCHEMA_PENDING: kind(503, 'ServiceUnavailableError', 78, 'The database schema is older than this program.'),
  SCHEMA_NEWER: kind(503, 'ServiceUnavailableError', 78, 'The database schema is newer than this program.'),
  SCHEMA_DRIFT: kind(503, 'ServiceUnavailableError', 1, 'The database schema differs from the migrations.'),
  MIGRATION_FAILED: kind(500, 'Exception', 1, 'A migration failed; nothing after it ran.'),
  DATABASE_UNAVAILABLE: kind(503, 'ServiceUnavailableError', 69, 'The database does not answer.'),
  DATABASE_UNUSABLE: kind(503, 'ServiceUnavailableError', 69, 'The embedded database cannot be started.'),
  DATABASE_VERSION: kind(503, 'ServiceUnavailableError', 78, 'The database server has an unsupported version.'),
  REDIS_UNAVAILABLE: kind(503, 'ServiceUnavailableError', 69, 'Redis does not answer.'),
  STORAGE_UNAVAILABLE: kind(503, 'ServiceUnavailableError', 69, 'Stored files cannot be read or written.'),
  DOCUMENT_ADDRESS_WRONG: kind(403, 'AuthError', 4, 'The file was sent to another address than the confirmed one.'),
  DOCUMENT_TRIES_USED_UP: kind(429, 'TooManyRequestsError', 75, 'Too many addresses were tried for one file.'),
  PORT_IN_USE: kind(500, 'Exception', 69, 'A port that the server was told to use is taken.'),
  LOCKED: kind(503, 'ServiceUnavailableError', 75, 'Another process holds the lock; try again.'),
  USAGE_INVALID: kind(400, 'BadRequestError', 2, 'A flag or argument is missing or wrong.'),
  CONFIRMATION_NEEDED: kind(400, 'BadRequestError', 4, 'A mass or destructive action was not confirmed.'),
  REFUSED: kind(409, 'BadRequestError', 4, 'The action is not safe in the present state.'),
  CONFLICT: kind(409, 'BadRequestError', 4, 'The name or id is taken.'),
  CHECK_FAILED: kind(500, 'Exception', 1, 'A check of the installation found something wrong.'),
  QUEUE_REFUSED_JOB: kind(500, 'Exception', 1, 'The queue did not take a job that had to be stored.'),
  QUEUE_UNKNOWN: kind(400, 'BadRequestError', 2, 'No such queue, alias or preset.'),
  QUEUE_MISSING: kind(500, 'Exception', 1, 'Code that needs the queue ran without one.'),
  BROADCAST_REFUSED: kind(400, 'BadRequestError', 4, 'A broadcast may not be moved or changed like this.'),
  BROADCAST_FORBIDDEN: kind(403, 'BadRequestError', 4, 'The service of the broadcast is archived.'),
  BROADCAST_NOT_SENT: kind(500, 'Exception', 1, 'A document of a broadcast may not be sent in the present state.'),
  TEAM_REFUSED: kind(400, 'BadRequestError', 4, 'A service would be left without somebody who manages it.'),
  CONTENT_TYPE_UNSUPPORTED: kind(415, 'BadRequestError', 2, 'The route does not take this content type.'),
  PROVIDER_FAILED: kind(500, 'Exception', 1, 'A provider did not take the message; it will be retried.'),
  PROVIDER_REFUSED: kind(500, 'Exception', 1, 'A provider refused the message for good.'),
  PROVIDER_MISSING: kind(500, 'Exception', 1, 'No active provider for this type of message.'),
  CALLBACK_FAILED: kind(500, 'Exception', 1, 'A service did not take a callback; it will be retried.'),
  DESTINATION_REFUSED: kind(400, 'BadRequestError', 4, 'A URL leads to where requests of others may not go.'),
  SCANNER_FAILED: kind(503, 'ServiceUnavailableError', 69, 'The virus scanner did not answer, or could not scan.'),
  PRINT_FAILED: kind(
    503,
    'ServiceUnavailableError',
    69,
    'The print provider does not answer, or did not take letters.',
  ),
  PRINT_REFUSED: kind(
    500,
    'Exception',
    1,
    'The print provider refused a letter for good, or there is nothing to print.',
  ),
  PRINT_HOST_UNKNOWN: kind(500, 'Exception', 78, "The print provider's server is not the configured one."),
  LETTERS_NOT_UPLOADED: kind(500, 'Exception', 1, 'Zips of letters are not uploaded; they are tried again.'),
  NOTIFICATION_TECHNICAL_FAILURE: kind(500, 'Exception', 1, 'Retries of a notification are used up.'),
  RATE_MISSING: kind(500, 'Exception', 1, 'No rate is known for messages that were sent.'),
  SECRET_UNREADABLE: kind(500, 'Exception', 78, 'A stored secret cannot be decrypted with the configured keys.'),
  INTERNAL: kind(500, 'Exception', 1, 'A bug: an error nobody translated.'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorTable;

export interface AppErrorOptions {
  /** One line telling the reader what to do next. */
  hint?: string;
  /**
   * Machine-readable facts; for VALIDATION_FAILED `details.messages` lists every problem. `details.fields` is what v1
   * answers: the problems by field. `details.entry` are further members of the error in v2.
   */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** An expected failure with a code of `errorTable`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }

  get kind(): ErrorKind {
    return errorTable[this.code];
  }
}

/** What is wrong, by the field it is wrong with. */
export type FieldProblems = Readonly<Record<string, readonly string[]>>;

/** A refusal that v1 answers by field (public API sheet §15). */
export function fieldError(code: ErrorCode, fields: FieldProblems, cause?: unknown): AppError {
  const messages = Object.values(fields).flat();
  return new AppError(code, messages.join('; '), { details: { messages, fields }, cause });
}

/** True for an `AppError`, of the given code when one is given. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0)
    return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
