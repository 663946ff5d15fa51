import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { methodNotAllowedText, notFoundText, plainError, useApi, v2Error, type ApiAnswer } from './api.ts';
import { setContactBlock, updateTemplateRow } from './template-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-10T12:00:00.120Z');
const api = useApi({ clock });
const author = 'notify-system-user@notify.localhost';
let serviceId: string;
let otherServiceId: string;
const keys = {} as Record<KeyType, string>;

beforeAll(async () => {
  serviceId = (await aService(api)).id;
  otherServiceId = (await aService(api)).id;
  for (const keyType of keyTypes) keys[keyType] = (await anApiKey(api, serviceId, { keyType })).text;
});

const get = (path: string, key = keys.normal): Promise<ApiAnswer> => api.call(path, { key });
const change = (template: Template, changes: Record<string, unknown>): Promise<void> =>
  updateTemplateRow(api, template.id, changes);

function expectNotFound(answer: ApiAnswer): void {
  expect(answer.status).toBe(404);
  expect(answer.json).toEqual(v2Error(404, 'NoResultFound', 'No result found'));
}

describe('a template', () => {
  it('of a text message has every member', async () => {
    const content = 'Hello ((name)), ((late??you are late)) ((NAME))';
    const template = await aTemplate(api, serviceId, { name: 'Reminder', content });
    const answer = await get(`/v2/template/${template.id}`);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      id: template.id,
      type: 'sms',
      name: 'Reminder',
      created_at: '2026-03-10T12:00:00.120000Z',
      updated_at: null,
      created_by: author,
      version: 1,
      body: content,
      subject: null,
      personalisation: { name: { required: true }, late: { required: true } },
      postage: null,
      letter_contact_block: null,
    });
  });

  it('of an email shows its source, and placeholders of the subject first', async () => {
    const content = 'Hello ((name))\r\n\r\n((b)) & <b>';
    const subject = 'About ((thing)) & more';
    const template = await aTemplate(api, serviceId, { templateType: 'email', content, subject });
    const { json } = await get(`/v2/template/${template.id}`);
    expect(json).toMatchObject({ type: 'email', body: content, subject, postage: null });
    expect(Object.keys(json.personalisation)).toEqual(['thing', 'name', 'b']);
  });

  it('of a letter has its postage, contact block and all their placeholders in the order of the letter', async () => {
    const template = await aTemplate(api, serviceId, { templateType: 'letter', subject: 'A ((b)) & ((c))' });
    await setContactBlock(api, template.id, 'Parking\n((street))\n((b))');
    await change(template, { letter_welsh_subject: 'Pwnc ((ch))', letter_welsh_content: '((dd)) ((name))' });
    const { json } = await get(`/v2/template/${template.id}`);
    expect(json).toMatchObject({
      type: 'letter',
      subject: 'A ((b)) & ((c))',
      postage: 'second',
      letter_contact_block: 'Parking\n((street))\n((b))',
    });
    expect(Object.keys(json.personalisation)).toEqual(['street', 'b', 'ch', 'dd', 'name', 'c']);
  });

  it('of a letter without contact block has none', async () => {
    const template = await aTemplate(api, serviceId, { templateType: 'letter' });
    expect((await get(`/v2/template/${template.id}`)).json).toMatchObject({ letter_contact_block: null });
  });

  it('that is archived is shown', async () => {
    const template = await aTemplate(api, serviceId);
    await change(template, { archived: true });
    expect((await get(`/v2/template/${template.id}`)).json).toMatchObject({ id: template.id, version: 2 });
  });

  it('is shown with any type of key and any spelling of its id', async () => {
    const { id } = await aTemplate(api, serviceId);
    for (const keyType of keyTypes) expect((await get(`/v2/template/${id}`, keys[keyType])).json).toMatchObject({ id });
    for (const spelling of [id.toUpperCase(), id.replaceAll('-', ''), `%7B${id}%7D`]) {
      expect((await get(`/v2/template/${spelling}`)).json).toMatchObject({ id });
      expect((await get(`/v2/template/${spelling}/version/1`)).json).toMatchObject({ id });
    }
  });
});

describe('a version of a template', () => {
  it('is as it was, whatever came later', async () => {
    clock.set('2026-03-10T12:00:00.120Z');
    const template = await aTemplate(api, serviceId, { templateType: 'letter', name: 'Untitled', content: 'First' });
    await setContactBlock(api, template.id, 'Block of version 2', '2026-03-11T09:30:00Z');
    await change(template, { name: 'Named', content: 'Third ((x))', created_by_id: systemUserId });
    const versions = await Promise.all(
      [1, 2, 3].map(async (version) => (await get(`/v2/template/${template.id}/version/${version}`)).json),
    );
    expect(versions).toMatchObject([
      { version: 1, name: 'Untitled', body: 'First', letter_contact_block: null, updated_at: null },
      { version: 2, name: 'Untitled', letter_contact_block: 'Block of version 2' },
      { version: 3, name: 'Named', body: 'Third ((x))', letter_contact_block: 'Block of version 2' },
    ]);
    expect(versions[1].updated_at).toBe('2026-03-11T09:30:00.000000Z');
    expect(versions[2]).toEqual((await get(`/v2/template/${template.id}`)).json);
    expect((await get(`/v2/template/${template.id}/version/01`)).json).toEqual(versions[0]);
  });

  it.each(['0', '2', '2147483647', '2147483648', '9'.repeat(400)])(
    '%.20s is not found when there is none',
    async (n) => {
      const template = await aTemplate(api, serviceId);
      expectNotFound(await get(`/v2/template/${template.id}/version/${n}`));
    },
  );

  it.each(['x', '-1', '1.0', '1e0', '+1', '%20', '1x', '', '1/'])(
    '%j is no path, also without a token',
    async (version) => {
      const template = await aTemplate(api, serviceId);
      for (const key of [keys.normal, undefined]) {
        const answer = await api.call(`/v2/template/${template.id}/version/${version}`, { ...(key && { key }) });
        expect(answer.status).toBe(404);
        expect(answer.json).toEqual(plainError(notFoundText));
      }
    },
  );
});

describe('what is not to be seen', () => {
  it('is not found: hidden, another service’s, or none', async () => {
    const hidden = await aTemplate(api, serviceId, { templateType: 'letter' });
    await change(hidden, { hidden: true });
    const foreign = await aTemplate(api, otherServiceId);
    for (const id of [hidden.id, foreign.id, api.ids.uuid()]) {
      expectNotFound(await get(`/v2/template/${id}`));
      // The hidden one was made by hand: it is hidden since its second version.
      expectNotFound(await get(`/v2/template/${id}/version/${id === hidden.id ? 2 : 1}`));
      expectNotFound(await api.call(`/v2/template/${id}/preview`, { method: 'POST', key: keys.normal, body: {} }));
    }
  });

  it.each(['x', '1', '%20', '019cd000-0000-7000-8000-00000000000'])(
    'is not looked for when the id is %s',
    async (id) => {
      const refusal = v2Error(400, 'ValidationError', 'id is not a valid UUID');
      for (const path of [`/v2/template/${id}`, `/v2/template/${id}/version/1`]) {
        const answer = await get(path);
        expect(answer.status).toBe(400);
        expect(answer.json).toEqual(refusal);
      }
      const preview = await api.call(`/v2/template/${id}/preview`, { method: 'POST', key: keys.normal });
      expect(preview.json).toEqual(refusal);
    },
  );
});

describe('the list of templates', () => {
  it('has those that can be sent with, by name, then type', async () => {
    const service = await aService(api);
    const { text: key } = await anApiKey(api, service.id, { keyType: 'team' });
    const add = (name: string, templateType: Template['templateType']): Promise<Template> =>
      aTemplate(api, service.id, { name, templateType });
    await add('b', 'letter');
    await add('b', 'email');
    await add('c', 'sms');
    await add('a', 'letter');
    await add('b', 'sms');
    await change(await add('archived', 'sms'), { archived: true });
    await change(await add('hidden', 'letter'), { hidden: true });
    const list = async (query: string): Promise<string[]> => {
      const { json } = await get(`/v2/templates${query}`, key);
      expect(Object.keys(json)).toEqual(['templates']);
      return json.templates.map(({ name, type }: { name: string; type: string }) => `${name} ${type}`);
    };
    expect(await list('')).toEqual(['a letter', 'b sms', 'b email', 'b letter', 'c sms']);
    expect(await list('?type=sms')).toEqual(['b sms', 'c sms']);
    expect(await list('?type=email')).toEqual(['b email']);
    expect(await list('?type=letter&type=sms')).toEqual(['a letter', 'b letter']);
  });

  it('shows each as it is shown alone', async () => {
    const service = await aService(api);
    const { text: key } = await anApiKey(api, service.id);
    const { id } = await aTemplate(api, service.id, { templateType: 'letter' });
    await setContactBlock(api, id, 'Block');
    expect((await get('/v2/templates', key)).json).toEqual({
      templates: [(await get(`/v2/template/${id}`, key)).json],
    });
  });

  it('is empty for a service without any', async () => {
    const { text: key } = await anApiKey(api, (await aService(api)).id);
    expect((await get('/v2/templates', key)).json).toEqual({ templates: [] });
  });

  it.each([
    ['?type=coconut', ['type coconut is not one of [sms, email, letter]']],
    ['?type=', ['type  is not one of [sms, email, letter]']],
    ['?type=SMS', ['type SMS is not one of [sms, email, letter]']],
    ['?page=1', ['Additional properties are not allowed (page was unexpected)']],
    [
      '?b=1&type=x&a=2',
      ['type x is not one of [sms, email, letter]', 'Additional properties are not allowed (a, b were unexpected)'],
    ],
  ])('refuses %s', async (query, messages) => {
    const answer = await get(`/v2/templates${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual(v2Error(400, 'ValidationError', ...messages));
  });
});

describe('every path', () => {
  const paths = (id: string): [string, string[]][] => [
    [`/v2/template/${id}`, ['GET', 'HEAD', 'OPTIONS']],
    [`/v2/template/${id}/version/1`, ['GET', 'HEAD', 'OPTIONS']],
    ['/v2/templates', ['GET', 'HEAD', 'OPTIONS']],
    [`/v2/template/${id}/preview`, ['OPTIONS', 'POST']],
  ];

  it('asks for a token', async () => {
    for (const [path, methods] of paths((await aTemplate(api, serviceId)).id)) {
      const method = methods.includes('GET') ? 'GET' : 'POST';
      for (const asked of [method, 'OPTIONS']) {
        const answer = await api.call(path, { method: asked });
        expect(answer.json).toEqual(v2Error(401, 'AuthError', 'Unauthorized: authentication token must be provided'));
      }
    }
  });

  it('says which methods it takes, and refuses the others', async () => {
    for (const [path, allowed] of paths((await aTemplate(api, serviceId)).id)) {
      const options = await api.call(path, { method: 'OPTIONS', key: keys.normal });
      expect(options).toMatchObject({ status: 200, text: '' });
      expect(options.headers.allow?.split(', ').sort()).toEqual(allowed);
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((name) => !allowed.includes(name))) {
        const answer = await api.call(path, { method });
        expect(answer.status).toBe(405);
        expect(answer.json).toEqual(plainError(methodNotAllowedText));
      }
      if (allowed.includes('HEAD')) {
        expect(await api.call(path, { method: 'HEAD', key: keys.normal })).toMatchObject({ status: 200, text: '' });
      }
    }
  });
});
