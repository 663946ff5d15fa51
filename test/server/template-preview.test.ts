import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useApi, v2Error, type ApiAnswer, type ApiRequest } from './api.ts';
import { setContactBlock, updateTemplateRow } from './template-rows.ts';

const api = useApi();
let serviceId: string;
const keys = {} as Record<KeyType, string>;

beforeAll(async () => {
  serviceId = (await aService(api, { name: 'Prefixed', prefixSms: true })).id;
  for (const keyType of keyTypes) keys[keyType] = (await anApiKey(api, serviceId, { keyType })).text;
});

function preview(id: string, request: ApiRequest = {}): Promise<ApiAnswer> {
  return api.call(`/v2/template/${id}/preview`, { method: 'POST', key: keys.normal, ...request });
}

const paragraph = (text: string): string =>
  `<p style="Margin: 0 0 20px 0; font-size: 19px; line-height: 25px; color: #0B0C0C;">${text}</p>`;

describe('a preview', () => {
  it('of a text message is the text without the name of the service', async () => {
    const { id } = await aTemplate(api, serviceId);
    const answer = await preview(id, { body: { personalisation: { name: '“Ada”' } } });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      id,
      type: 'sms',
      version: 1,
      body: 'Hello "Ada"',
      subject: null,
      html: null,
      postage: null,
    });
  });

  it('of an email has its message as HTML', async () => {
    const { id } = await aTemplate(api, serviceId, { templateType: 'email', content: '((name))' });
    const answer = await preview(id, { body: { personalisation: { name: 'Some content', other: 'ignored' } } });
    expect(answer.json).toEqual({
      id,
      type: 'email',
      version: 1,
      body: 'Some content',
      subject: 'About Some content',
      html: paragraph('Some content'),
      postage: null,
    });
  });

  it('of an email keeps the markdown of the body, and a subject as it is sent', async () => {
    const content = '# Hi ((name))\r\n\r\nA & B';
    const { id } = await aTemplate(api, serviceId, { templateType: 'email', content });
    const { json } = await preview(id, { body: { personalisation: { name: '<b>' } } });
    expect(json).toMatchObject({ body: '# Hi <b>\r\n\r\nA & B', subject: 'About <b>' });
    expect(json.html).toContain('Hi &lt;b&gt;');
    expect(json.html).toContain(paragraph('A &amp; B'));
  });

  it('has no unsubscribe link: there is no email yet', async () => {
    const template = { templateType: 'email', content: 'Hi', subject: 'x', hasUnsubscribeLink: true } as const;
    const { id } = await aTemplate(api, serviceId, template);
    expect((await preview(id)).json).toMatchObject({ body: 'Hi', html: paragraph('Hi') });
  });

  it('of a letter has its postage, and its subject in HTML', async () => {
    const template = {
      templateType: 'letter',
      content: 'Dear ((name))',
      subject: "A & B <i> it's - ((name))",
    } as const;
    const { id } = await aTemplate(api, serviceId, { ...template, postage: 'first' });
    expect((await preview(id, { body: { personalisation: { name: 'x' } } })).json).toEqual({
      id,
      type: 'letter',
      version: 1,
      body: 'Dear x',
      subject: 'A &amp; B &lt;i&gt; it’s – x',
      html: null,
      postage: 'first',
    });
  });

  it('works with any type of key, and for archived templates in their newest version', async () => {
    const { id } = await aTemplate(api, serviceId, { content: 'First' });
    await updateTemplateRow(api, id, { content: 'Second' });
    await updateTemplateRow(api, id, { archived: true });
    for (const keyType of keyTypes) {
      expect((await preview(id, { key: keys[keyType] })).json).toMatchObject({ version: 3, body: 'Second' });
    }
  });
});

describe('the body of the request', () => {
  it.each([
    ['none', {}],
    ['an empty one', { text: '' }],
    ['an empty one with a content type', { text: '', headers: { 'content-type': 'application/json' } }],
    ['an empty one in chunks', { text: '', headers: { 'transfer-encoding': 'chunked' } }],
    ['null', { text: 'null' }],
    ['an object', { text: '{}' }],
    ['an empty list', { text: '[]' }],
    ['other members', { body: { template_id: 'x', personalisation: {}, a: [null] } }],
    ['a wrong content type', { body: {}, headers: { 'content-type': 'text/plain' } }],
  ])('may be %s', async (_name, request: ApiRequest) => {
    const { id } = await aTemplate(api, serviceId, { content: 'Hello' });
    expect((await preview(id, request)).json).toMatchObject({ id, body: 'Hello' });
  });

  it.each([' ', '{', '{"personalisation": NaN}', 'nonsense'])('must be JSON: %j', async (text) => {
    const { id } = await aTemplate(api, serviceId);
    const answer = await preview(id, { text });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual(v2Error(400, 'BadRequestError', 'Invalid JSON supplied in POST data'));
  });

  it.each([
    ['[1]', '[1] is not of type object'],
    ['"text"', 'text is not of type object'],
    ['1.0', '1.0 is not of type object'],
    ['true', 'True is not of type object'],
    ['{"personalisation": null}', 'personalisation None is not of type object'],
    ['{"personalisation": ["a"]}', 'personalisation [a] is not of type object'],
  ])('%s is refused', async (text, message) => {
    const { id } = await aTemplate(api, serviceId);
    const answer = await preview(id, { text });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual(v2Error(400, 'ValidationError', message));
  });
});

describe('what is missing', () => {
  it('is named as the template spells it, in its order', async () => {
    const content = '((late??late)) ((name)) ((c))';
    const { id } = await aTemplate(api, serviceId, { templateType: 'email', subject: '(( Thing))', content });
    const answer = await preview(id, { body: { personalisation: { C: 'x', name: null } } });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual(v2Error(400, 'BadRequestError', 'Missing personalisation:  Thing, late, name'));
  });

  it('is asked of the contact block of a letter, too', async () => {
    const { id } = await aTemplate(api, serviceId, { templateType: 'letter' });
    await setContactBlock(api, id, '((street))\n((name))');
    const missing = await preview(id);
    expect(missing.json).toEqual(v2Error(400, 'BadRequestError', 'Missing personalisation: street, name'));
    expect((await preview(id, { body: { personalisation: { street: 'x', name: 'y' } } })).status).toBe(200);
  });
});

describe('of several problems', () => {
  it('JSON comes first, then the schema, then whether there is such a template', async () => {
    const nowhere = api.ids.uuid();
    expect((await preview(nowhere, { text: '{' })).json).toMatchObject({ errors: [{ error: 'BadRequestError' }] });
    expect((await preview('x', { text: '{' })).json).toMatchObject({ errors: [{ error: 'BadRequestError' }] });
    const invalid = { text: '{"personalisation": 1}' };
    const message = 'personalisation 1 is not of type object';
    expect((await preview(nowhere, invalid)).json).toEqual(v2Error(400, 'ValidationError', message));
    expect((await preview('x', invalid)).json).toEqual(
      v2Error(400, 'ValidationError', 'id is not a valid UUID', message),
    );
    expect((await preview(nowhere)).json).toEqual(v2Error(404, 'NoResultFound', 'No result found'));
  });
});
