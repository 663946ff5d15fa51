import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AppError, errorTable, fieldError, type ErrorCode } from '../../../src/lib/core/errors.ts';
import { registerV1Errors } from '../../../src/server/plugins/errors.ts';

const server = fastify();
let thrown: unknown;

beforeAll(async () => {
  registerV1Errors(server);
  server.get('/', () => {
    throw thrown;
  });
  await server.ready();
});
afterAll(() => server.close());

async function answerTo(error: unknown): Promise<{ status: number; body: unknown; retryAfter: unknown }> {
  thrown = error;
  const { statusCode, headers, body } = await server.inject('/');
  return { status: statusCode, body: JSON.parse(body) as unknown, retryAfter: headers['retry-after'] };
}

describe('every error has a v1 body', () => {
  test.each(Object.keys(errorTable) as ErrorCode[])('%s', async (code) => {
    const { httpStatus, plainField } = errorTable[code];
    const { status, body } = await answerTo(new AppError(code, 'What happened'));
    const isOurs = httpStatus >= 500 && code !== 'SERVICE_UNAVAILABLE' && code !== 'REQUEST_TIMEOUT';
    const text = isOurs ? 'Internal server error' : 'What happened';
    expect(status).toBe(httpStatus);
    expect(body).toEqual({ result: 'error', message: plainField === null ? text : { [plainField]: [text] } });
  });
});

test('only what is wrong with the token stands under a field of its own accord', () => {
  const fields = Object.entries(errorTable).filter(([, { plainField }]) => plainField !== null);
  expect(fields.map(([code, { plainField }]) => [code, plainField])).toEqual([
    ['AUTH_MISSING', 'token'],
    ['AUTH_INVALID', 'token'],
  ]);
});

test('problems of fields are listed by field', async () => {
  const fields = { to: ['a', 'b'], template: ['c'] };
  expect(await answerTo(fieldError('VALIDATION_FAILED', fields))).toMatchObject({
    status: 400,
    body: { result: 'error', message: fields },
  });
});

test('an error that nobody translated says nothing of itself', async () => {
  expect(await answerTo(new Error('secret'))).toMatchObject({
    status: 500,
    body: { result: 'error', message: 'Internal server error' },
  });
});

test('who has to wait is told how long', async () => {
  const details = { retryAfterSeconds: 7 };
  expect(await answerTo(new AppError('LIMIT_EXCEEDED', 'x', { details }))).toMatchObject({ retryAfter: '7' });
  expect(await answerTo(new AppError('SERVICE_UNAVAILABLE', 'x'))).toMatchObject({ retryAfter: '1' });
  expect(await answerTo(new AppError('NOT_FOUND', 'x'))).toMatchObject({ retryAfter: undefined });
});
