import { beforeAll, describe, expect, it } from 'vitest';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useApi, v2Error, type ApiAnswer } from './api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00Z');
const api = useApi({ clock });
const phone = '07900900123';
const email = 'someone@example.com';
let key: string;
let smsTemplate: string;
let emailTemplate: string;

beforeAll(async () => {
  const service = await aService(api);
  key = (await anApiKey(api, service.id)).text;
  smsTemplate = (await aTemplate(api, service.id, { content: 'Hello' })).id;
  emailTemplate = (await aTemplate(api, service.id, { templateType: 'email', subject: 'Hi', content: 'Hello' })).id;
});

/** Members of a good body, and what the test changes; `undefined` leaves a member out. */
function post(type: 'sms' | 'email', changes: object): Promise<ApiAnswer> {
  return api.call(`/v2/notifications/${type}`, { method: 'POST', key, body: { ...goodBody(type), ...changes } });
}

function goodBody(type: 'sms' | 'email'): object {
  return type === 'sms'
    ? { phone_number: phone, template_id: smsTemplate }
    : { email_address: email, template_id: emailTemplate };
}

/** A body as text, for values whose spelling matters. */
function postText(type: 'sms' | 'email', text: string): Promise<ApiAnswer> {
  return api.call(`/v2/notifications/${type}`, { method: 'POST', key, text });
}

function expectProblems(answer: ApiAnswer, ...messages: string[]): void {
  expect(answer.json).toEqual(v2Error(400, 'ValidationError', ...messages));
  expect(answer.status).toBe(400);
}

describe('all problems are listed at once', () => {
  it('as in the worked example', async () => {
    expectProblems(
      await postText('sms', '{"phone_number":"1","template_id":"x","zzz":1}'),
      'phone_number Number is not valid – double check the phone number you entered',
      'template_id is not a valid UUID',
      'Additional properties are not allowed (zzz was unexpected)',
    );
  });

  it('of texts in schema order, whatever the order of the body', async () => {
    expectProblems(
      await postText(
        'sms',
        '{"b":1,"sms_sender_id":"z","a":2,"scheduled_for":5,"personalisation":null,"template_id":null,"phone_number":7,"reference":[]}',
      ),
      'reference [] is not of type string',
      'phone_number 7 is not of type string',
      'template_id is not a valid UUID',
      'personalisation None is not of type object',
      'scheduled_for 5 is not of type string, null',
      'sms_sender_id is not a valid UUID',
      'Additional properties are not allowed (a, b were unexpected)',
    );
  });

  it('of emails in schema order', async () => {
    expectProblems(
      await postText(
        'email',
        '{"sanitise_content_for":"name","one_click_unsubscribe_url":1,"email_reply_to_id":{},"scheduled_for":true,"personalisation":[],"template_id":"","email_address":"x","reference":false}',
      ),
      'reference False is not of type string',
      'email_address Not a valid email address',
      'template_id is not a valid UUID',
      'personalisation [] is not of type object',
      'scheduled_for True is not of type string, null',
      'email_reply_to_id is not a valid UUID',
      'one_click_unsubscribe_url 1 is not of type string',
      'sanitise_content_for name is not of type array, null',
    );
  });

  it('with missing properties after wrong ones and before unexpected ones', async () => {
    expectProblems(
      await postText('sms', '{"x":1,"reference":1}'),
      'reference 1 is not of type string',
      'phone_number is a required property',
      'template_id is a required property',
      'Additional properties are not allowed (x was unexpected)',
    );
    expectProblems(
      await postText('email', '{"template_id":1}'),
      'template_id is not a valid UUID',
      'email_address is a required property',
    );
  });
});

describe('a missing property', () => {
  const required: [string, 'sms' | 'email', string[]][] = [
    ['a text', 'sms', ['phone_number is a required property', 'template_id is a required property']],
    ['an email', 'email', ['email_address is a required property', 'template_id is a required property']],
  ];
  for (const [name, type, messages] of required) {
    it(`of ${name} is named`, async () => {
      expectProblems(await postText(type, '{}'), ...messages);
    });
  }
});

describe('an unexpected property', () => {
  const rows: ['sms' | 'email', object, string][] = [
    ['sms', { foo: 'bar' }, 'foo was'],
    ['sms', { email_address: email }, 'email_address was'],
    ['sms', { email_reply_to_id: null }, 'email_reply_to_id was'],
    ['sms', { one_click_unsubscribe_url: 'https://example.com' }, 'one_click_unsubscribe_url was'],
    ['sms', { sanitise_content_for: [] }, 'sanitise_content_for was'],
    ['email', { sms_sender_id: null, postage: 'first', content: '' }, 'content, postage, sms_sender_id were'],
    ['email', { phone_number: phone }, 'phone_number was'],
    ['email', { constructor: 1, toString: 2 }, 'constructor, toString were'],
  ];
  for (const [type, changes, unexpected] of rows) {
    it(`of ${type} is refused: ${Object.keys(changes).join(', ')}`, async () => {
      expectProblems(await post(type, changes), `Additional properties are not allowed (${unexpected} unexpected)`);
    });
  }

  it('is refused under the name of a prototype, too', async () => {
    expectProblems(
      await postText('sms', `{"phone_number":"${phone}","template_id":"${smsTemplate}","__proto__":{}}`),
      'Additional properties are not allowed (__proto__ was unexpected)',
    );
  });
});

describe('a value of a wrong type is printed as Python does', () => {
  const rows: [string, string][] = [
    ['null', 'None'],
    ['true', 'True'],
    ['false', 'False'],
    ['0', '0'],
    ['12', '12'],
    ['-7', '-7'],
    ['1.5', '1.5'],
    ['1.0', '1.0'],
    ['1e3', '1000.0'],
    ['1e20', '1e+20'],
    ['1.5E-7', '1.5e-07'],
    ['-0.0', '-0.0'],
    ['12345678901234567890', '12345678901234567890'],
    ['0.1000', '0.1'],
    ['[]', '[]'],
    ['{}', '{}'],
    ['[1]', '[1]'],
    ['[1.0, 1e20]', '[1.0, 1e+20]'],
    ['["a", "b"]', '[a, b]'],
    ['{"a": null}', '{a: None}'],
    ['{"a": [true, "x y"]}', '{a: [True, x y]}'],
    ['["it\'s"]', '["its"]'],
  ];
  for (const [source, printed] of rows) {
    it(source, async () => {
      const text = `{"phone_number":"${phone}","template_id":"${smsTemplate}","reference":${source}}`;
      expectProblems(await postText('sms', text), `reference ${printed} is not of type string`);
    });
  }
});

describe('personalisation', () => {
  for (const [source, printed] of [
    ['null', 'None'],
    ['"name"', 'name'],
    ['[]', '[]'],
    ['1.0', '1.0'],
    ['1', '1'],
    ['false', 'False'],
  ]) {
    it(`must be an object: ${source} is none`, async () => {
      const text = `{"email_address":"${email}","template_id":"${emailTemplate}","personalisation":${source}}`;
      expectProblems(await postText('email', text), `personalisation ${printed} is not of type object`);
    });
  }
});

describe('reference', () => {
  it('may be empty, and have 1000 characters of any kind', async () => {
    for (const reference of ['', '😀'.repeat(1000)]) {
      expect((await post('sms', { reference })).json).toMatchObject({ reference });
    }
  });

  it('is refused with its whole text when longer, without apostrophes', async () => {
    const reference = `it's ${'x'.repeat(996)}`;
    expectProblems(await post('email', { reference }), `reference its ${'x'.repeat(996)} is too long`);
  });
});

describe('ids', () => {
  for (const [type, field] of [
    ['sms', 'template_id'],
    ['sms', 'sms_sender_id'],
    ['email', 'template_id'],
    ['email', 'email_reply_to_id'],
  ] as const) {
    it(`${field} of ${type} must be UUIDs, whatever else they are`, async () => {
      for (const value of [
        null,
        5,
        true,
        [],
        {},
        '',
        'x',
        ` ${smsTemplate}`,
        `${smsTemplate} `,
        smsTemplate.slice(1),
      ]) {
        expectProblems(await post(type, { [field]: value }), `${field} is not a valid UUID`);
      }
    });
  }

  it('may be spelled in every usual way', async () => {
    const spellings = [
      smsTemplate.toUpperCase(),
      smsTemplate.replaceAll('-', ''),
      `{${smsTemplate}}`,
      `urn:uuid:${smsTemplate}`,
    ];
    for (const spelling of spellings) {
      const answer = await post('sms', { template_id: spelling });
      expect(answer.json).toMatchObject({ template: { id: smsTemplate } });
    }
  });
});

describe('phone_number', () => {
  const invalid = 'Number is not valid – double check the phone number you entered';
  const rows: [string, string][] = [
    ['', 'Not enough digits'],
    ['12', 'Not enough digits'],
    ['999', 'Not enough digits'],
    ['1', invalid],
    ['08515111111', invalid],
    ['0772345678910', 'Too many digits'],
    ['07723 456789...', 'Must not contain letters or symbols'],
    ['phone', 'Must not contain letters or symbols'],
    ['+999 12345678', 'Too many digits'],
    ['24741111', 'Not a valid country prefix'],
  ];
  for (const [number, problem] of rows) {
    it(`${JSON.stringify(number)}: ${problem}`, async () => {
      expectProblems(await post('sms', { phone_number: number }), `phone_number ${problem}`);
    });
  }
});

describe('email_address', () => {
  for (const address of [
    '',
    'x',
    'a@b',
    '@example.com',
    'a b@example.com',
    'a@example..com',
    `${'a'.repeat(320)}@b.com`,
  ]) {
    it(`${JSON.stringify(address.slice(0, 30))} is none`, async () => {
      expectProblems(await post('email', { email_address: address }), 'email_address Not a valid email address');
    });
  }
});

describe('scheduled_for', () => {
  const format =
    'scheduled_for datetime format is invalid. It must be a valid ISO8601 date time format, https://en.wikipedia.org/wiki/ISO_8601';
  const past = 'scheduled_for datetime can not be in the past';
  const far = 'scheduled_for datetime can only be 24 hours in the future';

  for (const good of [
    null,
    '2026-03-10T12:00:00Z',
    '2026-03-10T12:00:01',
    '2026-03-10 13:15',
    '2026-03-10T23:59:59.999999',
    '2026-03-10T23:59:59,5Z',
    '2026-03-11T12:00:00Z',
    '2026-03-11',
    '20260310T1500',
    '20260311T110000Z',
    '2026-03-10T13',
    // Only the zone says otherwise, and it is dropped.
    '2026-03-10T12:30:00+05:00',
    '2026-03-11T11:59:00-10',
  ]) {
    it(`${good} is fine, and ignored`, async () => {
      for (const type of ['sms', 'email'] as const) {
        const answer = await post(type, { scheduled_for: good });
        expect(answer.status, answer.text).toBe(201);
        expect(answer.json).toMatchObject({ scheduled_for: null });
      }
    });
  }

  const rows: [string, string][] = [
    ['', format],
    ['tomorrow', format],
    ['2026-03-10T12:00:00Q', format],
    ['2026-13-10T12:00:00', format],
    ['2026-02-30T12:00:00', format],
    ['2026-03-10T25:00:00', format],
    ['2026-03-10T12:61:00', format],
    ['10/03/2026 13:00', format],
    [' 2026-03-10T13:00', format],
    ['2026-03-10T11:59:59.999Z', past],
    ['2026-03-10', past],
    ['2016-01-01T00:00:00Z', past],
    ['2026-03-10T11:59:59-05:00', past],
    ['2026-03-11T12:00:00.001Z', far],
    ['2026-03-12', far],
    ['2027-01-01T00:00:00+00:00', far],
  ];
  for (const [value, message] of rows) {
    it(`${JSON.stringify(value)} is refused`, async () => {
      expectProblems(await post('sms', { scheduled_for: value }), message);
    });
  }
});

describe('one_click_unsubscribe_url', () => {
  for (const good of ['https://example.com', 'https://example.com/u?id=1&x=%20#y', 'https://user@example.com:8443/']) {
    it(`${good} is fine`, async () => {
      const answer = await post('email', { one_click_unsubscribe_url: good });
      expect(answer.json).toMatchObject({ content: { one_click_unsubscribe_url: good } });
    });
  }

  for (const bad of [
    '',
    'example.com',
    'http://example.com',
    'HTTPS://example.com',
    'https://',
    'https://a b.com',
    ' https://a.com',
  ]) {
    it(`${JSON.stringify(bad)} is refused`, async () => {
      expectProblems(
        await post('email', { one_click_unsubscribe_url: bad }),
        'one_click_unsubscribe_url is not a valid https url',
      );
    });
  }

  it('may not be null', async () => {
    expectProblems(
      await post('email', { one_click_unsubscribe_url: null }),
      'one_click_unsubscribe_url None is not of type string',
    );
  });
});

describe('text that cannot be stored', () => {
  const rows: ['sms' | 'email', string, unknown][] = [
    ['sms', 'reference', 'a\0b'],
    ['sms', 'phone_number', `${phone}\0`],
    ['sms', 'personalisation', { name: '\0' }],
    ['sms', 'personalisation', { 'na\0me': '' }],
    ['email', 'personalisation', { list: [{ deep: ['\0'] }] }],
    ['email', 'one_click_unsubscribe_url', 'https://example.com/\0'],
  ];
  for (const [type, field, value] of rows) {
    it(`${field} ${JSON.stringify(value)} is refused for its null character`, async () => {
      expectProblems(await post(type, { [field]: value }), `${field} must not contain null characters`);
    });
    it(`${field} ${JSON.stringify(value)} is refused for half a surrogate pair in place of it`, async () => {
      const text = JSON.stringify({ ...goodBody(type), [field]: value });
      for (const half of ['\\ud800', '\\uDFFF', '\\ude00\\ud83d']) {
        const body = text.replaceAll('\\u0000', half);
        expectProblems(await postText(type, body), `${field} is not valid Unicode`);
      }
    });
  }

  it('is told from other characters outside the basic plane', async () => {
    const answer = await post('sms', { reference: '😀\u0001\ufffe', personalisation: { '😀': '𝔘' } });
    expect(answer.json).toMatchObject({ reference: '😀\u0001\ufffe' });
  });
});
