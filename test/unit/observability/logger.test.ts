import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/lib/core/errors.ts';
import { createLogger, silentLogger, type Logger } from '../../../src/lib/observability/logger.ts';

function capture(format: 'json' | 'text', level = 'info'): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  return { logger: createLogger({ level, format, stream: { write: (line) => void lines.push(line) } }), lines };
}

/** The fields of the only line that was written. */
function fieldsOf(write: (logger: Logger) => void): Record<string, unknown> {
  const { logger, lines } = capture('json');
  write(logger);
  expect(lines).toHaveLength(1);
  expect(lines[0]!.endsWith('}\n')).toBe(true);
  return JSON.parse(lines[0]!) as Record<string, unknown>;
}

describe('personal data and secrets', () => {
  const fields = [
    'to',
    'recipient',
    'normalisedTo',
    'normalised_to',
    'phoneNumber',
    'phone_number',
    'emailAddress',
    'email_address',
    'personalisation',
    'content',
    'authorization',
    'secret',
    'password',
    'url',
    'token',
    'bearerToken',
    'bearer_token',
  ];

  test.each(fields)('in a field %s are never written', (field) => {
    for (const value of ['HIDDEN', 42.4242, true, ['HIDDEN'], { name: 'HIDDEN' }, null]) {
      const personal = { [field]: value };
      const records: ((logger: Logger) => void)[] = [
        (logger) => logger.info(personal, 'x'),
        (logger) => logger.info({ notification: personal }, 'x'),
        (logger) => logger.info({ request: { headers: personal } }, 'x'),
        (logger) => logger.info({ rows: [personal, personal] }, 'x'),
        (logger) => logger.child(personal).info('x'),
        (logger) => logger.child({ notification: personal }).info({ notification: personal }, 'x'),
      ];
      for (const format of ['json', 'text'] as const) {
        for (const record of records) {
          const { logger, lines } = capture(format);
          record(logger);
          expect(lines[0]).toContain('[redacted]');
          expect(lines[0]).not.toMatch(/HIDDEN|42\.4242/);
        }
      }
    }
  });

  test('in what drivers attach to errors are never written', () => {
    const error = Object.assign(new Error('duplicate key'), {
      code: '23505',
      detail: 'Key (to)=(HIDDEN) already exists.',
      parameters: ['HIDDEN'],
      config: { password: 'HIDDEN' },
    });
    const wrapped = new AppError('CONFLICT', 'It is taken', { cause: error, details: { name: 'HIDDEN' } });
    for (const thrown of [error, wrapped]) {
      const line = fieldsOf((logger) => logger.error({ err: thrown }, 'x'));
      expect(JSON.stringify(line)).not.toContain('HIDDEN');
    }
  });

  test.each([
    ['550 5.1.1 <bob.o-x+y@mail.example.com>: no such user', '550 5.1.1 <[redacted]>: no such user'],
    ['"bob@example.com", bob@example.org;', '"[redacted]", [redacted];'],
    ['Number +447700900123 is barred', 'Number [redacted] is barred'],
    ['to=07700900123.', 'to=[redacted].'],
    // What operators need.
    ['notification 01890a5d-ac96-774b-bcce-447700900123 of 250000', null],
    ['file /var/1234567890/1234567890.zip, port 5432, 123456789 rows', null],
    ['connect ECONNREFUSED 10.0.0.1:5432', null],
  ])('in the message %j are taken out', (message, shown) => {
    const written = fieldsOf((logger) =>
      logger.error({ err: new Error(message, { cause: new Error(message) }) }, message),
    );
    const error = written['err'] as { message: string; stack: string };
    const expected = shown ?? message;
    expect(written['msg']).toBe(expected);
    expect(error.message).toBe(`${expected}: ${expected}`);
    expect(error.stack.split('\n')[0]).toBe(`Error: ${expected}`);
    expect(fieldsOf((logger) => logger.error(new Error(message)))['msg']).toBe(expected);
  });
});

describe('a line of JSON', () => {
  test('holds level, UTC time, fields and message, and nothing of the machine', () => {
    const { time, ...rest } = fieldsOf((logger) => logger.child({ task: 'deliver_sms' }).warn({ attempt: 2 }, 'Again'));
    expect(rest).toEqual({ level: 'warn', task: 'deliver_sms', attempt: 2, msg: 'Again' });
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('tells of an error its type, message, code and stack', () => {
    const { err } = fieldsOf((logger) => logger.error({ err: new AppError('NOT_FOUND', 'No row') }, 'x'));
    expect(err).toEqual({
      type: 'AppError',
      message: 'No row',
      code: 'NOT_FOUND',
      stack: expect.stringContaining('logger.test.ts'),
    });
  });

  test.each<[unknown, unknown]>([
    [new AggregateError([new Error('first')]), expect.objectContaining({ message: 'first' })],
    ['a text', { message: 'a text' }],
    [42, { message: '42' }],
    [null, null],
    [{ message: 'looks like one', secret: 'HIDDEN' }, { message: '[object Object]' }],
  ])('survives %o being thrown', (thrown, shown) => {
    expect(fieldsOf((logger) => logger.error({ err: thrown }, 'x'))['err']).toEqual(shown);
  });
});

describe('a line of text', () => {
  const lineOf = (write: (logger: Logger) => void): string => {
    const { logger, lines } = capture('text', 'trace');
    write(logger);
    expect(lines).toHaveLength(1);
    return lines[0]!.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /, '');
  };

  test.each<[string, (logger: Logger) => void, string]>([
    ['a message', (logger) => logger.info('Listening'), 'INFO  Listening\n'],
    ['a formatted message', (logger) => logger.info('%d of %s', 1, 'two'), 'INFO  1 of two\n'],
    [
      'fields',
      (logger) => logger.debug({ port: 6011, queue: 'retry', requestId: null, list: [1] }, 'Started'),
      'DEBUG Started port=6011 queue=retry list=[1]\n',
    ],
    ['fields alone', (logger) => logger.trace({ count: 0 }), 'TRACE  count=0\n'],
    [
      'an error',
      (logger) => logger.error({ err: new Error('boom'), task: 't' }, 'Task failed'),
      'ERROR Task failed: boom task=t\n',
    ],
    ['an error alone', (logger) => logger.fatal(new Error('boom')), 'FATAL boom\n'],
    ['nothing thrown', (logger) => logger.warn({ err: null }, 'Odd'), 'WARN  Odd\n'],
    [
      'line ends and terminal commands',
      (logger) => logger.info({ name: 'a\r\nb\u001b[31m\u009b' }, 'x\ny'),
      'INFO  x\\ny name=a\\u000d\\nb\\u001b[31m\\u009b\n',
    ],
  ])('shows %s', (_name, write, line) => {
    expect(lineOf(write)).toBe(line);
  });
});

test('only lines of the level and above are written', () => {
  const { logger, lines } = capture('text', 'warn');
  logger.info('no');
  logger.warn('yes');
  logger.child({ a: 1 }).error('yes');
  expect(lines).toHaveLength(2);
  expect(silentLogger.isLevelEnabled('fatal')).toBe(false);
});
