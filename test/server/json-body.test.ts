import { beforeAll, describe, expect, it } from 'vitest';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { plainError, useApi, v2Error, type ApiAnswer } from './api.ts';

const api = useApi();
const invalidJson = v2Error(400, 'BadRequestError', 'Invalid JSON supplied in POST data');
const limit = 10 * 1024 * 1024;
let key: string;
let good: string;

beforeAll(async () => {
  const service = await aService(api);
  key = (await anApiKey(api, service.id, { keyType: 'test' })).text;
  const { id } = await aTemplate(api, service.id, { content: 'Hello ((name??you))' });
  good = `{"phone_number":"07900900123","template_id":"${id}","personalisation":{"name":1}}`;
});

function post(text: string | Buffer, headers: Record<string, string> = {}): Promise<ApiAnswer> {
  return api.call('/v2/notifications/sms', { method: 'POST', key, text, headers });
}

describe('the content type is never looked at', () => {
  for (const type of [
    'application/json',
    'application/json; charset=latin1',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/cap+xml',
    'nonsense',
    'a/b/c',
    ';',
    '',
  ]) {
    it(`and may be ${JSON.stringify(type)}`, async () => {
      expect((await post(good, { 'content-type': type })).status).toBe(201);
      expect((await post('{', { 'content-type': type })).json).toEqual(invalidJson);
    });
  }

  it('and may be absent, also for a body in pieces', async () => {
    expect((await post(good)).status).toBe(201);
    expect((await post(good, { 'transfer-encoding': 'chunked' })).status).toBe(201);
  });
});

describe('a body that is not JSON is refused', () => {
  const bodies: [string, string | Buffer][] = [
    ['nothing', ''],
    ['blanks', ' \n'],
    ['a word', 'hello'],
    ['a form', 'phone_number=07900900123'],
    ['half an object', '{"a":1'],
    ['two values', '{} {}'],
    ['a trailing comma', '{"a":1,}'],
    ['single quotes', "{'a':1}"],
    ['a comment', '{/* */}'],
    ['NaN', '{"personalisation":{"n":NaN}}'],
    ['Infinity', '{"personalisation":{"n":Infinity}}'],
    ['-Infinity', '{"personalisation":{"n":[-Infinity]}}'],
    ['a number with a leading zero', '{"n":01}'],
    ['a line end in a text', '{"a":"\n"}'],
    ['text that is not UTF-8', Buffer.from('{"reference":"caf\xe9"}', 'latin1')],
    ['nesting deeper than 100', `{"personalisation":{"n":${'['.repeat(99)}${']'.repeat(99)}}}`],
    ['nesting deeper than any stack', `{"personalisation":${'[{"a":'.repeat(100_000)}1${'}]'.repeat(100_000)}}`],
  ];
  for (const [name, body] of bodies) {
    it(name, async () => {
      const answer = await post(body);
      expect(answer.json).toEqual(invalidJson);
      expect(answer.status).toBe(400);
    });
  }

  it('but 100 levels are not too deep, nor are brackets in texts', async () => {
    const deep = `${'['.repeat(98)}"${'['.repeat(200)}\\"${'['.repeat(200)}"${']'.repeat(98)}`;
    expect((await post(good.replace('"name":1', `"name":1,"deep":${deep}`))).status).toBe(201);
  });
});

describe('a falsy body counts as an empty object', () => {
  for (const body of ['null', '[]', '""', '0', 'false', '{}', ' null ', '0.0', '-0', '0e5', '[ ]']) {
    it(body, async () => {
      expect((await post(body)).json).toEqual(
        v2Error(400, 'ValidationError', 'phone_number is a required property', 'template_id is a required property'),
      );
    });
  }
});

describe('any other body that is no object is refused as a whole', () => {
  const rows: [string, string][] = [
    ['[1]', '[1]'],
    ['[[]]', '[[]]'],
    ['true', 'True'],
    ['"text"', 'text'],
    ['"it\'s"', 'its'],
    ['5', '5'],
    ['1.0', '1.0'],
    ['1e20', '1e+20'],
    ['[{"a":"b"}]', '[{a: b}]'],
  ];
  for (const [body, printed] of rows) {
    it(body, async () => {
      expect((await post(body)).json).toEqual(v2Error(400, 'ValidationError', `${printed} is not of type object`));
    });
  }
});

describe('of a key that is there twice', () => {
  it('the last one counts', async () => {
    const answer = await post(good.replace('{', '{"reference":5,"reference":"first","reference":"last",'));
    expect(answer.json).toMatchObject({ reference: 'last' });
  });
});

describe('the size of a body', () => {
  const padded = (size: number): string => `${good.slice(0, -1)}${' '.repeat(size - good.length)}}`;

  it('may be 10 MiB', async () => {
    expect((await post(padded(limit))).status).toBe(201);
  });

  it('may not be more, however it is sent', async () => {
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const answer = await post(padded(limit + 1), { ...headers, connection: 'close' });
      expect(answer.status).toBe(413);
      expect(answer.json).toEqual(plainError('The data value transmitted exceeds the capacity limit.'));
      expect(answer.headers['access-control-allow-origin']).toBe('*');
    }
  });
});
