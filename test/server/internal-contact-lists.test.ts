import { beforeEach, describe, expect, it } from 'vitest';
import { storeContactList } from '../../src/lib/uploads/contact-list-file.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { plainError, v2Error, type ApiAnswer, type ApiRequest } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { insertJobRow, insertRetention } from './job-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2020-06-15T12:00:00.000Z');
const api = useInternalApi({ clock });
const nothing = plainError('No result found');
let serviceId: string;

beforeEach(async () => {
  clock.set('2020-06-15T12:00:00Z');
  serviceId = (await aService(api)).id;
});

const call = (rest = '', request: ApiRequest = {}): Promise<ApiAnswer> =>
  api.internal(`/service/${serviceId}/contact-list${rest}`, request);

const aBody = (changes: object = {}): Record<string, unknown> => ({
  id: api.ids.uuid(),
  original_file_name: 'people.csv',
  row_count: 100,
  template_type: 'email',
  created_by: systemUserId,
  ...changes,
});
const create = (changes: object = {}): Promise<ApiAnswer> => call('', { method: 'POST', body: aBody(changes) });

describe('a contact list', () => {
  it('is made, shown and listed, the newest first', async () => {
    const { status, json } = await create();
    expect(status).toBe(201);
    expect(json).toEqual({
      id: expect.any(String),
      original_file_name: 'people.csv',
      row_count: 100,
      recent_job_count: 0,
      has_jobs: false,
      template_type: 'email',
      service_id: serviceId,
      created_by: 'Notify',
      created_at: '2020-06-15T12:00:00.000000Z',
    });
    expect((await call(`/${json.id}`)).json).toEqual(json);
    clock.set('2020-06-15T13:00:00Z');
    const newer = (await create({ template_type: 'sms' })).json;
    expect((await call()).json).toEqual([newer, json]);
  });

  it('counts its jobs as long as they are kept', async () => {
    await insertRetention(api, { serviceId, type: 'sms', days: 3 });
    const sms = await aTemplate(api, serviceId);
    const { id: contactListId } = (await create({ template_type: 'sms' })).json;
    const seen = async (): Promise<unknown[]> => {
      const { json } = await call(`/${contactListId}`);
      return [json.recent_job_count, json.has_jobs];
    };
    await insertJobRow(api, sms, { contactListId, createdAt: '2020-06-11T23:59:59Z' });
    expect(await seen()).toEqual([0, true]);
    await insertJobRow(api, sms, { contactListId, createdAt: '2020-06-12T00:00:00Z' });
    await insertJobRow(api, sms, {
      contactListId,
      createdAt: '2020-06-01T00:00:00Z',
      processingStarted: '2020-06-13T00:00:00Z',
    });
    expect(await seen()).toEqual([2, true]);
  });

  it('is archived with its file', async () => {
    const { id } = (await create()).json;
    await storeContactList(api.storage, {
      serviceId,
      contactListId: id,
      originalFileName: 'people.csv',
      content: (async function* () {
        yield 'email address\r\na@b.com';
      })(),
    });
    const key = `service-${serviceId}-notify/${id}.csv`;
    expect(await api.storage.head('contact-lists', key)).not.toBeNull();
    const { status, text } = await call(`/${id}`, { method: 'DELETE' });
    expect([status, text]).toEqual([204, '']);
    expect(await api.storage.head('contact-lists', key)).toBeNull();
    expect((await call()).json).toEqual([]);
    for (const method of ['GET', 'DELETE']) {
      const answer = await call(`/${id}`, { method });
      expect([answer.status, answer.json]).toEqual([404, nothing]);
    }
  });

  it('that is unknown, malformed or of another service is not there', async () => {
    const { id } = (await create()).json;
    const own = serviceId;
    serviceId = (await aService(api)).id;
    for (const other of [id, api.ids.uuid(), 'nonsense']) {
      for (const method of ['GET', 'DELETE']) {
        const answer = await call(`/${other}`, { method });
        expect([answer.status, answer.json]).toEqual([404, nothing]);
      }
    }
    expect((await call()).json).toEqual([]);
    serviceId = own;
    expect((await call(`/${id}`)).status).toBe(200);
  });
});

describe('a new contact list is refused', () => {
  const rows: [string, object, string[]][] = [
    [
      'without anything',
      {
        id: undefined,
        original_file_name: undefined,
        row_count: undefined,
        template_type: undefined,
        created_by: undefined,
      },
      ['id', 'original_file_name', 'row_count', 'template_type', 'created_by'].map(
        (name) => `${name} is a required property`,
      ),
    ],
    ['with an id that is none', { id: 'x' }, ['id is not a valid UUID']],
    ['with a type that has no lists', { template_type: 'letter' }, ['template_type letter is not one of [email, sms]']],
    ['with a type that is no text', { template_type: 5 }, ['template_type 5 is not of type string']],
    ['with a count that is no whole number', { row_count: 1.5 }, ['row_count 1.5 is not of type integer']],
    [
      'with a count that is text',
      { row_count: '5', created_by: 'x' },
      ['row_count 5 is not of type integer', 'created_by is not a valid UUID'],
    ],
  ];
  for (const [name, changes, messages] of rows) {
    it(name, async () => {
      const answer = await create(changes);
      expect(answer.json).toEqual(v2Error(400, 'ValidationError', ...messages));
      expect(answer.status).toBe(400);
    });
  }

  it('for a user or service that is not there, and for an id that is taken', async () => {
    const unknown = await create({ created_by: api.ids.uuid() });
    expect([unknown.status, unknown.json]).toEqual([404, nothing]);
    const { id } = (await create()).json;
    expect((await create({ id })).status).toBe(409);
    serviceId = api.ids.uuid();
    expect((await create()).status).toBe(404);
  });
});
