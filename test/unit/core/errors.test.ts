import { describe, expect, test } from 'vitest';
import { AppError, errorTable, isAppError, messageOf, type ErrorCode } from '../../../src/lib/core/errors.ts';

const codes = Object.keys(errorTable) as ErrorCode[];

/** What the command contract calls each exit code. */
const exitCodes = [1, 2, 3, 4, 5, 69, 75, 78];
const httpStatuses = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503, 504];
/** Every name that the v2 API documents, by the statuses it comes with. */
const statusesOfName: Readonly<Record<string, readonly number[]>> = {
  AuthError: [401, 403],
  BadRequestError: [400, 403, 409, 415],
  ValidationError: [400],
  InvalidPhoneError: [400],
  PDFNotReadyError: [400],
  NoResultFound: [404],
  NotFound: [404],
  MethodNotAllowed: [405],
  RequestEntityTooLarge: [413],
  RateLimitError: [429],
  TooManyRequestsError: [429],
  IdempotencyMismatchError: [422],
  IdempotencyInProgressError: [409],
  Exception: [500],
  ServiceUnavailableError: [503],
  Timeout: [504],
};

describe.each(codes)('%s', (code) => {
  const kind = errorTable[code];

  test('has a name, a status and an exit code that are documented and fit together', () => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(httpStatuses).toContain(kind.httpStatus);
    expect(exitCodes).toContain(kind.exitCode);
    expect(statusesOfName[kind.v2Error]).toContain(kind.httpStatus);
  });

  test('says in one sentence what happened', () => {
    expect(kind.summary).toMatch(/^[A-Z].{10,90}\.$/);
  });
});

test('what a caller can mend is 4xx, and never exits as a failure of ours', () => {
  for (const code of codes) {
    const { httpStatus, exitCode } = errorTable[code];
    if (httpStatus < 500) expect([2, 4, 5, 75], code).toContain(exitCode);
    else expect([1, 69, 75, 78], code).toContain(exitCode);
  }
});

test.each<[ErrorCode, number, string, number]>([
  ['AUTH_MISSING', 401, 'AuthError', 4],
  ['AUTH_INVALID', 403, 'AuthError', 4],
  ['BODY_NOT_JSON', 400, 'BadRequestError', 2],
  ['VALIDATION_FAILED', 400, 'ValidationError', 2],
  ['REQUEST_INVALID', 400, 'BadRequestError', 2],
  ['RECIPIENT_INVALID', 400, 'InvalidPhoneError', 2],
  ['LETTER_REFUSED', 403, 'BadRequestError', 4],
  ['PDF_NOT_READY', 400, 'PDFNotReadyError', 75],
  ['NOT_FOUND', 404, 'NoResultFound', 5],
  ['TOO_MANY_REQUESTS', 429, 'RateLimitError', 75],
  ['LIMIT_EXCEEDED', 429, 'TooManyRequestsError', 75],
  ['SERVICE_UNAVAILABLE', 503, 'ServiceUnavailableError', 69],
  ['REQUEST_TIMEOUT', 504, 'Timeout', 69],
  ['CONFIG_INVALID', 500, 'Exception', 78],
  ['DATABASE_UNAVAILABLE', 503, 'ServiceUnavailableError', 69],
  ['PORT_IN_USE', 500, 'Exception', 69],
  ['LOCKED', 503, 'ServiceUnavailableError', 75],
  ['USAGE_INVALID', 400, 'BadRequestError', 2],
  ['CONFIRMATION_NEEDED', 400, 'BadRequestError', 4],
  ['INTERNAL', 500, 'Exception', 1],
])('%s is %d %s and exits %d', (code, httpStatus, v2Error, exitCode) => {
  expect(new AppError(code, 'x').kind).toMatchObject({ httpStatus, v2Error, exitCode });
});

describe('an AppError', () => {
  const cause = new Error('underneath');
  const error = new AppError('CONFLICT', 'The name is taken', {
    hint: 'Choose another.',
    details: { name: 'x' },
    cause,
  });

  test('carries what the edges need', () => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'AppError',
      code: 'CONFLICT',
      message: 'The name is taken',
      hint: 'Choose another.',
      details: { name: 'x' },
      cause,
    });
  });

  test('has no cause when there is none', () => {
    expect('cause' in new AppError('INTERNAL', 'x')).toBe(false);
  });

  test('is told from others, by its code too', () => {
    expect([isAppError(error), isAppError(error, 'CONFLICT'), isAppError(error, 'NOT_FOUND')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([isAppError(cause), isAppError({ code: 'CONFLICT' }), isAppError(null)]).toEqual([false, false, false]);
  });
});

test.each<[unknown, string]>([
  [new Error('one'), 'one'],
  [new AggregateError([new Error('first'), new Error('second')]), 'first'],
  [new AggregateError([new AggregateError([new Error('deep')])]), 'deep'],
  [new AggregateError([new Error('first')], 'said'), 'said'],
  [new AggregateError([]), ''],
  ['text', 'text'],
  [undefined, 'undefined'],
  [null, 'null'],
  [42, '42'],
])('the message of %o is %j', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});
