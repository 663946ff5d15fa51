import fc from 'fast-check';
import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { isAppError } from '../../../src/lib/core/errors.ts';
import { parseJson } from '../../../src/lib/core/json.ts';
import { describeProblems } from '../../../src/server/schemas/describe-problems.ts';
import { createFormats } from '../../../src/server/schemas/formats.ts';
import { emailRequest, smsRequest } from '../../../src/server/schemas/notification-request.ts';
import { createValidatorCompiler } from '../../../src/server/schemas/validator-compiler.ts';

const formats = createFormats({ now: () => new Date('2026-06-15T12:00:00Z') });
const compile = createValidatorCompiler(formats);

function validatorOf(schema: unknown): (body: unknown) => { value?: unknown; error?: Error } {
  return compile({ schema, method: 'POST', url: '/', httpPart: 'body' }) as never;
}

/** Messages of the refusal; none when the body was taken. */
function messagesOf(schema: unknown, body: unknown): unknown {
  const result = validatorOf(schema)(body);
  if (result.error === undefined) {
    expect(result.value).toBe(body);
    return [];
  }
  if (!isAppError(result.error, 'VALIDATION_FAILED')) throw result.error;
  return result.error.details?.['messages'];
}

const templateId = '0d5e2a2d-3a2c-4d8f-9d4c-6a3c2f0b9a11';
const oddText = fc.constantFrom('a\0', '\ud800', '\udc00\ud800', '😀', "it's", '07700900123', 'bob@example.com');
const number = fc.constantFrom('1', '1.0', '-0', '1e20', '12345678901234567890').map((text) => parseJson(text));
const anything = fc.oneof(
  oddText,
  fc.string(),
  number,
  fc.constantFrom(null, true, false),
  fc.array(fc.oneof(oddText, number), { maxLength: 2 }),
  fc.dictionary(fc.oneof(fc.string(), oddText), fc.oneof(oddText, number, fc.constant(null)), { maxKeys: 2 }),
);

const goodValues = {
  reference: fc.string({ maxLength: 10 }),
  phone_number: fc.constantFrom('07700900123', '+12025550104'),
  email_address: fc.constant('bob@example.com'),
  template_id: fc.constantFrom(templateId, `{${templateId}}`),
  personalisation: fc.dictionary(fc.string(), fc.oneof(fc.string(), number)),
  scheduled_for: fc.constantFrom(null, '2026-06-15T18:00'),
  sms_sender_id: fc.constant(templateId),
  email_reply_to_id: fc.constant(templateId),
  one_click_unsubscribe_url: fc.constant('https://example.com/'),
  sanitise_content_for: fc.constantFrom(null, [], ['a']),
} as const;

/** Requests of which most members are good: among ten problems a missed one would not show. */
function requestFor(names: readonly (keyof typeof goodValues)[], required: readonly string[]): fc.Arbitrary<unknown> {
  const members = names.map((name) => {
    const value = fc.oneof({ weight: 20, arbitrary: goodValues[name] }, { weight: 1, arbitrary: anything });
    return [name, fc.option(value, { freq: required.includes(name) ? 30 : 1, nil: undefined })] as const;
  });
  const unexpected = fc.oneof(
    { weight: 10, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(fc.string(), anything, { maxKeys: 2 }) },
  );
  const request = fc
    .tuple(fc.record(Object.fromEntries(members)), unexpected)
    .map(([known, more]) => parseJson(JSON.stringify({ ...more, ...known })));
  return fc.oneof({ weight: 20, arbitrary: request }, { weight: 1, arbitrary: anything });
}

describe.each([
  [
    'sms',
    smsRequest,
    ['reference', 'phone_number', 'template_id', 'personalisation', 'scheduled_for', 'sms_sender_id'],
    ['phone_number', 'template_id'],
  ],
  [
    'email',
    emailRequest,
    [
      'reference',
      'email_address',
      'template_id',
      'personalisation',
      'scheduled_for',
      'email_reply_to_id',
      'one_click_unsubscribe_url',
      'sanitise_content_for',
    ],
    ['email_address', 'template_id'],
  ],
] as const)('%s', (_name, schema, names, required) => {
  test('is refused exactly when there is a problem to tell, with the problems as messages', () => {
    let taken = 0;
    fc.assert(
      fc.property(requestFor(names, required), (body) => {
        const problems = describeProblems(schema, body as never, formats);
        expect(messagesOf(schema, body)).toEqual(problems);
        if (problems.length === 0) taken += 1;
      }),
      { numRuns: 500 },
    );
    // Neither verdict is rare: the property says something of both.
    expect(taken).toBeGreaterThan(200);
    expect(taken).toBeLessThan(460);
  });
});

test('nothing is changed in a body that is taken', () => {
  const text = `{"phone_number":"07700900123","template_id":"${templateId}","personalisation":{"n":1.0}}`;
  const body = parseJson(text);
  expect(messagesOf(smsRequest, body)).toEqual([]);
  expect(JSON.stringify(body)).toBe(text);
});

describe('a number that keeps its spelling is no object', () => {
  const open = Type.Object({ personalisation: Type.Optional(Type.Object({})) }, { additionalProperties: true });

  test.each([
    ['1.0', '1.0 is not of type object'],
    ['{"personalisation": 1.0}', 'personalisation 1.0 is not of type object'],
  ])('%s', (text, message) => {
    expect(messagesOf(open, parseJson(text))).toEqual([message]);
  });
});
