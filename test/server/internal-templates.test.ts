import { beforeEach, describe, expect, it } from 'vitest';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { plainError, v2Error, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';

const api = useInternalApi();
const nothing = plainError('No result found');
let serviceId: string;

beforeEach(async () => {
  serviceId = (await aService(api)).id;
});

const get = (path = ''): Promise<ApiAnswer> => api.internal(`/service/${serviceId}/template${path}`);
const post = (path: string, body: object): Promise<ApiAnswer> =>
  api.internal(`/service/${serviceId}/template${path}`, { method: 'POST', body });
const create = (more: object = {}): Promise<ApiAnswer> =>
  post('', {
    name: 'Greeting',
    template_type: 'sms',
    content: 'Hello ((name))',
    service: serviceId,
    created_by: systemUserId,
    ...more,
  });
const fields = (message: object): object => ({ result: 'error', message });

function expectAnswer(answer: ApiAnswer, status: number, body: unknown): void {
  expect(answer.json).toEqual(body);
  expect(answer.status).toBe(status);
}

describe('a template', () => {
  it('is made and shown', async () => {
    const answer = await create();
    expectAnswer(answer, 201, {
      data: {
        id: expect.any(String),
        name: 'Greeting',
        template_type: 'sms',
        subject: null,
        content: 'Hello ((name))',
        service: serviceId,
        created_by: systemUserId,
        created_at: expect.any(String),
        updated_at: null,
        version: 1,
        archived: false,
        hidden: false,
        folder: null,
        postage: null,
        reply_to: null,
        reply_to_text: null,
        redact_personalisation: false,
        process_type: 'normal',
        is_precompiled_letter: false,
        has_unsubscribe_link: false,
        letter_attachment: null,
        letter_languages: null,
        letter_welsh_subject: null,
        letter_welsh_content: null,
      },
    });
    expectAnswer(await get(`/${answer.json.data.id}`), 200, answer.json);
    const letter = await create({ template_type: 'letter', subject: 'About', process_type: 'priority' });
    expect(letter.json.data).toMatchObject({
      postage: 'second',
      process_type: 'priority',
      letter_languages: 'english',
    });
  });

  it('is refused for what is wrong with it', async () => {
    expectAnswer(
      await post('', {}),
      400,
      v2Error(
        400,
        'ValidationError',
        ...['name', 'template_type', 'content', 'service', 'created_by'].map(
          (name) => `${name} is a required property`,
        ),
      ),
    );
    const rows: [object, number, object | string][] = [
      [{ content: 'a'.repeat(919) }, 400, { content: ['Content has a character count greater than the limit of 918'] }],
      [{ template_type: 'email' }, 400, { subject: ['Invalid template subject'] }],
      [{ created_by: api.ids.uuid() }, 404, 'No result found'],
    ];
    for (const [more, status, message] of rows) expectAnswer(await create(more), status, fields(message as object));
    const unknown = api.ids.uuid();
    const noContact = `letter_contact_id ${unknown} does not exist in database for service id ${serviceId}`;
    const letter = { template_type: 'letter', subject: 'About', reply_to: unknown };
    expectAnswer(await create(letter), 400, plainError(noContact));
    serviceId = (await aService(api, { permissions: ['email'] })).id;
    expectAnswer(await create(), 403, fields({ template_type: ['Creating text message templates is not allowed'] }));
  });

  it('is changed as new versions, and not at all when it is so already', async () => {
    const { id } = (await create()).json.data;
    const changed = await post(`/${id}`, { name: 'Welcome', created_by: systemUserId });
    expect([changed.status, changed.json.data]).toMatchObject([200, { name: 'Welcome', version: 2 }]);
    expect((await post(`/${id}`, { name: 'Welcome' })).json.data.version).toBe(2);
    const { data } = (await get(`/${id}/versions`)).json;
    expect(data.map((version: object) => version)).toMatchObject([
      { version: 2, name: 'Welcome', created_by: { id: systemUserId, name: 'Notify' } },
      { version: 1, name: 'Greeting' },
    ]);
    expect((await get(`/${id}/version/1`)).json.data).toMatchObject({ version: 1, name: 'Greeting' });
    for (const version of ['3', '0', 'x', '1x']) expectAnswer(await get(`/${id}/version/${version}`), 404, nothing);
    expect((await post(`/${id}`, { archived: true })).json.data).toMatchObject({ archived: true, version: 3 });
    expectAnswer(await get(), 200, { data: [] });
    expect((await get(`/${id}`)).json.data.archived).toBe(true);
  });

  it('hides values for good, by somebody, without a version', async () => {
    const { id } = (await create()).json.data;
    const by = { created_by: ['Field is required'] };
    expectAnswer(await post(`/${id}`, { redact_personalisation: true }), 400, fields(by));
    const answer = await post(`/${id}`, { redact_personalisation: true, created_by: systemUserId, name: 'Ignored' });
    expectAnswer(answer, 200, null);
    expect((await get(`/${id}`)).json.data).toMatchObject({
      redact_personalisation: true,
      version: 1,
      name: 'Greeting',
    });
  });

  it('of letters gets another contact block, or none', async () => {
    const { id } = (await create({ template_type: 'letter', subject: 'About' })).json.data;
    const contact = await api.internal(`/service/${serviceId}/letter-contact`, {
      method: 'POST',
      body: { contact_block: '1 High Street', is_default: true },
    });
    const reply_to = contact.json.data.id;
    const changed = await post(`/${id}`, { reply_to, name: 'Ignored' });
    expect(changed.json.data).toMatchObject({ reply_to, reply_to_text: '1 High Street', version: 2, name: 'Greeting' });
    expect((await post(`/${id}`, { reply_to: null })).json.data).toMatchObject({ reply_to: null, version: 3 });
  });

  it('is filled with the values of a query', async () => {
    const { id } = (await create({ template_type: 'email', subject: 'For ((name))', content: '((a)) and ((b))' })).json
      .data;
    const missing = await get(`/${id}/preview?name=Ann`);
    expectAnswer(missing, 400, fields({ template: ['Missing personalisation: a, b'] }));
    const answer = await get(`/${id}/preview?name=Ann&a=1&b=2&other=x`);
    expect([answer.status, answer.json]).toMatchObject([200, { id, subject: 'For Ann', content: '1 and 2' }]);
  });

  it('of another service, unknown or malformed is not there', async () => {
    const foreign = await aTemplate(api, (await aService(api)).id);
    for (const id of [foreign.id, api.ids.uuid(), 'nonsense']) {
      for (const rest of ['', '/preview', '/versions', '/version/1'])
        expectAnswer(await get(`/${id}${rest}`), 404, nothing);
      expectAnswer(await post(`/${id}`, { name: 'Mine' }), 404, nothing);
    }
  });
});

it('templates are listed by name, then type, and the one of precompiled letters is made on demand', async () => {
  const precompiled = (await get('/precompiled')).json;
  expect(precompiled).toMatchObject({ hidden: true, is_precompiled_letter: true, template_type: 'letter' });
  expect((await get('/precompiled')).json.id).toBe(precompiled.id);
  const { id: sms } = (await create({ name: 'B' })).json.data;
  const { id: email } = (await create({ name: 'A', template_type: 'email', subject: 'Hello' })).json.data;
  const entry = { folder: null, is_precompiled_letter: false };
  expectAnswer(await get(), 200, {
    data: [
      { ...entry, id: email, name: 'A', template_type: 'email' },
      { ...entry, id: sms, name: 'B', template_type: 'sms' },
    ],
  });
  expectAnswer(await get(`/${precompiled.id}`), 404, nothing);
});
