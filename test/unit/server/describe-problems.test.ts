import { describe, expect, test } from 'vitest';
import { parseJson, type JsonValue } from '../../../src/lib/core/json.ts';
import { describeChoice, describeProblems, describeUnexpected } from '../../../src/server/schemas/describe-problems.ts';
import { createFormats } from '../../../src/server/schemas/formats.ts';
import { emailRequest, smsRequest } from '../../../src/server/schemas/notification-request.ts';

const formats = createFormats({ now: () => new Date('2026-06-15T12:00:00Z') });
const templateId = '0d5e2a2d-3a2c-4d8f-9d4c-6a3c2f0b9a11';

const problemsOfSms = (json: string): string[] => describeProblems(smsRequest, parseJson(json), formats);
const problemsOfEmail = (json: string): string[] => describeProblems(emailRequest, parseJson(json), formats);

/** A good text message request with these members added or replaced. */
function sms(members: string): string {
  const given = parseJson(`{${members}}`) as { [key: string]: JsonValue };
  return JSON.stringify({ phone_number: '07700900123', template_id: templateId, ...given });
}
function email(members: string): string {
  const given = parseJson(`{${members}}`) as { [key: string]: JsonValue };
  return JSON.stringify({ email_address: 'a@example.com', template_id: templateId, ...given });
}

test('good requests have no problems', () => {
  expect(problemsOfSms(sms(''))).toEqual([]);
  expect(
    problemsOfSms(
      sms(
        `"reference": "", "personalisation": {"a": [1.0, null]}, "scheduled_for": null, "sms_sender_id": "${templateId}"`,
      ),
    ),
  ).toEqual([]);
  expect(
    problemsOfEmail(
      email(
        `"one_click_unsubscribe_url": "https://x.example/u?a=b", "sanitise_content_for": ["a"], "email_reply_to_id": "{${templateId}}"`,
      ),
    ),
  ).toEqual([]);
  expect(problemsOfEmail(email('"sanitise_content_for": null, "scheduled_for": "2026-06-15T12:00:00"'))).toEqual([]);
});

describe('the body itself', () => {
  test.each([
    ['[1]', '[1] is not of type object'],
    ['["a", null]', '[a, None] is not of type object'],
    ['true', 'True is not of type object'],
    ['"text"', 'text is not of type object'],
    ['5', '5 is not of type object'],
    ['1.0', '1.0 is not of type object'],
    ['1e20', '1e+20 is not of type object'],
    ['null', 'None is not of type object'],
  ])('%s', (body, message) => {
    expect(problemsOfSms(body)).toEqual([message]);
  });

  test('without anything lacks what is required, in the order of the schema', () => {
    expect(problemsOfSms('{}')).toEqual(['phone_number is a required property', 'template_id is a required property']);
    expect(problemsOfEmail('{}')).toEqual([
      'email_address is a required property',
      'template_id is a required property',
    ]);
  });
});

describe('values of the wrong type are shown as Python shows them', () => {
  test.each([
    ['null', 'None'],
    ['true', 'True'],
    ['false', 'False'],
    ['1', '1'],
    ['-0', '0'],
    ['1.0', '1.0'],
    ['1e20', '1e+20'],
    ['1e3', '1000.0'],
    ['12345678901234567890', '12345678901234567890'],
    ['[1]', '[1]'],
    ['{}', '{}'],
    ['[]', '[]'],
    ['["a", "b"]', '[a, b]'],
    ['{"a": null}', '{a: None}'],
    ['{"a": {"b": [true, "it\'s"]}}', '{a: {b: [True, "its"]}}'],
    ['["\\n", "é", "\\u200b"]', '[\\n, é, \\u200b]'],
  ])('%s', (value, shown) => {
    expect(problemsOfSms(sms(`"reference": ${value}`))).toEqual([`reference ${shown} is not of type string`]);
  });

  test.each([
    ['"personalisation": null', 'personalisation None is not of type object'],
    ['"personalisation": "text"', 'personalisation text is not of type object'],
    ['"personalisation": [1]', 'personalisation [1] is not of type object'],
    ['"personalisation": 1.0', 'personalisation 1.0 is not of type object'],
    ['"scheduled_for": 42', 'scheduled_for 42 is not of type string, null'],
    ['"phone_number": 7700900123', 'phone_number 7700900123 is not of type string'],
    ['"phone_number": null', 'phone_number None is not of type string'],
    ['"reference": "\'"', null],
  ])('%s', (members, message) => {
    expect(problemsOfSms(sms(members))).toEqual(message === null ? [] : [message]);
  });

  test.each([
    ['"sanitise_content_for": "a"', 'sanitise_content_for a is not of type array, null'],
    ['"sanitise_content_for": {"a": 1.0}', 'sanitise_content_for {a: 1.0} is not of type array, null'],
    ['"email_address": true', 'email_address True is not of type string'],
    ['"one_click_unsubscribe_url": 1', 'one_click_unsubscribe_url 1 is not of type string'],
  ])('%s', (members, message) => {
    expect(problemsOfEmail(email(members))).toEqual([message]);
  });
});

describe('UUIDs', () => {
  test.each(['null', '1', '1.0', 'true', '[]', '{}', '""', '"x"', `" ${templateId}"`, `"${templateId} "`])(
    '%s is none, whatever its type',
    (value) => {
      expect(problemsOfSms(sms(`"template_id": ${value}`))).toEqual(['template_id is not a valid UUID']);
      expect(problemsOfSms(sms(`"sms_sender_id": ${value}`))).toEqual(['sms_sender_id is not a valid UUID']);
      expect(problemsOfEmail(email(`"email_reply_to_id": ${value}`))).toEqual([
        'email_reply_to_id is not a valid UUID',
      ]);
    },
  );

  test.each([templateId.toUpperCase(), templateId.replaceAll('-', ''), `{${templateId}}`, `urn:uuid:${templateId}`])(
    '%s is one',
    (value) => {
      expect(problemsOfSms(sms(`"template_id": "${value}"`))).toEqual([]);
    },
  );
});

describe('texts', () => {
  test('are too long by characters, not by bytes', () => {
    expect(problemsOfSms(sms(`"reference": "${'😀'.repeat(1000)}"`))).toEqual([]);
    const long = `${'é'.repeat(1000)}'`;
    expect(problemsOfSms(sms(`"reference": ${JSON.stringify(long)}`))).toEqual([
      `reference ${'é'.repeat(1000)} is too long`,
    ]);
  });

  test('must be storable, at any depth', () => {
    const nul = (name: string): string => `${name} must not contain null characters`;
    const lone = (name: string): string => `${name} is not valid Unicode`;
    expect(problemsOfSms(sms('"reference": "a\\u0000b"'))).toEqual([nul('reference')]);
    expect(problemsOfSms(sms('"reference": "\\ud800"'))).toEqual([lone('reference')]);
    expect(problemsOfSms(sms('"reference": "\\udc00\\ud800\\u0000"'))).toEqual([nul('reference'), lone('reference')]);
    expect(problemsOfSms(sms('"phone_number": "07700900123\\u0000"'))).toEqual([nul('phone_number')]);
    expect(problemsOfSms(sms('"template_id": "\\u0000"'))).toEqual([nul('template_id')]);
    for (const value of ['{"a": "\\u0000"}', '{"\\u0000": 1}', '{"a": [{"b": ["\\u0000"]}]}'])
      expect(problemsOfSms(sms(`"personalisation": ${value}`))).toEqual([nul('personalisation')]);
    expect(problemsOfSms(sms('"personalisation": {"a": ["\\ud83d"], "b": "\\u0000"}'))).toEqual([
      lone('personalisation'),
      nul('personalisation'),
    ]);
    expect(problemsOfSms(sms('"personalisation": {"a": "\\ud83d\\ude00"}'))).toEqual([]);
    expect(problemsOfEmail(email('"sanitise_content_for": ["\\u0000"]'))).toEqual([nul('sanitise_content_for')]);
  });
});

describe('recipients', () => {
  test.each([
    ['1', 'Number is not valid – double check the phone number you entered'],
    ['12', 'Not enough digits'],
    ['999', 'Not enough digits'],
    ['', 'Not enough digits'],
    ['08515111111', 'Number is not valid – double check the phone number you entered'],
    ['0772345678910', 'Too many digits'],
    ['07723 456789...', 'Must not contain letters or symbols'],
    ['+999 12345678', 'Too many digits'],
    ['24741111', 'Not a valid country prefix'],
  ])('phone number %j', (number, message) => {
    expect(problemsOfSms(sms(`"phone_number": "${number}"`))).toEqual([`phone_number ${message}`]);
  });

  test.each(['+12025550104', '02079460000', ' 07700 900 123 ', '447700900123'])('phone number %j is good', (number) => {
    expect(problemsOfSms(sms(`"phone_number": "${number}"`))).toEqual([]);
  });

  test.each(['', 'bob', 'bob@', '@example.com', 'bob@example', `${'a'.repeat(320)}@example.com`])(
    'email address %j',
    (address) => {
      expect(problemsOfEmail(email(`"email_address": "${address}"`))).toEqual([
        'email_address Not a valid email address',
      ]);
    },
  );
});

describe('all problems are told in one order', () => {
  test('the worked example', () => {
    expect(problemsOfSms('{"phone_number":"1","template_id":"x","zzz":1}')).toEqual([
      'phone_number Number is not valid – double check the phone number you entered',
      'template_id is not a valid UUID',
      'Additional properties are not allowed (zzz was unexpected)',
    ]);
  });

  test('properties as in the schema, then missing ones, then unexpected ones', () => {
    expect(
      problemsOfSms(
        '{"b":1,"a":2,"sms_sender_id":3,"scheduled_for":4,"personalisation":5,"template_id":6,"reference":7}',
      ),
    ).toEqual([
      'reference 7 is not of type string',
      'template_id is not a valid UUID',
      'personalisation 5 is not of type object',
      'scheduled_for 4 is not of type string, null',
      'sms_sender_id is not a valid UUID',
      'phone_number is a required property',
      'Additional properties are not allowed (a, b were unexpected)',
    ]);
    expect(
      problemsOfEmail(
        '{"sanitise_content_for":1,"one_click_unsubscribe_url":2,"email_reply_to_id":3,"scheduled_for":4,"personalisation":5,"template_id":6,"reference":7,"phone_number":8}',
      ).map((message) => message.split(' ')[0]),
    ).toEqual([
      'reference',
      'template_id',
      'personalisation',
      'scheduled_for',
      'email_reply_to_id',
      'one_click_unsubscribe_url',
      'sanitise_content_for',
      'email_address',
      'Additional',
    ]);
  });
});

describe('unexpected names', () => {
  test.each([
    [['foo'], 'Additional properties are not allowed (foo was unexpected)'],
    [['b', 'a'], 'Additional properties are not allowed (a, b were unexpected)'],
    [["it's"], 'Additional properties are not allowed (its was unexpected)'],
  ])('%j', (names, message) => {
    expect(describeUnexpected(names)).toBe(message);
    expect(problemsOfSms(sms(names.map((name) => `${JSON.stringify(name)}: 1`).join()))).toEqual([message]);
  });

  test('may be those of every object', () => {
    expect(
      problemsOfSms(`{"phone_number":"07700900123","template_id":"${templateId}","__proto__":1,"toString":2}`),
    ).toEqual(['Additional properties are not allowed (__proto__, toString were unexpected)']);
  });
});

test('choices lose their apostrophes too', () => {
  expect(describeChoice("o'range", ['sms', 'email'])).toBe('orange is not one of [sms, email]');
});
