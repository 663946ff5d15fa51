import { beforeEach, describe, expect, it } from 'vitest';
import type { Template } from '../../src/lib/templates/template.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { setUploadMetadata, storeUpload } from '../../src/lib/uploads/upload-file.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { insertJobFacts, insertJobRow } from './job-rows.ts';
import { insertRows } from './notification-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2017-07-17T07:17:00Z');
const api = useInternalApi({ clock });
const nothing = plainError('No result found');

let serviceId: string;
let template: Template;
let path: string;

beforeEach(async () => {
  clock.set('2017-07-17T07:17:00Z');
  serviceId = (await aService(api)).id;
  template = await aTemplate(api, serviceId);
  path = `/service/${serviceId}/job`;
});

const get = (rest = ''): Promise<ApiAnswer> => api.internal(`${path}${rest}`);
const post = (rest: string, body?: unknown): Promise<ApiAnswer> =>
  api.internal(`${path}${rest}`, { method: 'POST', ...(body !== undefined && { body }) });
const idsOf = ({ json }: ApiAnswer): string[] => json.data.map(({ id }: { id: string }) => id);

async function anUpload(
  of: Template,
  { count = 1, senderId = null }: { count?: number; senderId?: string | null } = {},
): Promise<string> {
  const upload = { serviceId: of.serviceId, uploadId: api.ids.uuid() };
  const content = ['phone number,name\r\n07900900123,Jo\r\n'];
  await storeUpload(api.storage, {
    ...upload,
    originalFileName: 'people.csv',
    content: (async function* () {
      yield* content;
    })(),
  });
  await setUploadMetadata(api.storage, upload, {
    originalFileName: 'people.csv',
    notificationCount: count,
    templateId: of.id,
    senderId,
  });
  return upload.uploadId;
}

describe('a job', () => {
  it('is shown with its keys and statistics', async () => {
    const id = await insertJobRow(api, template);
    await insertRows(api, template, { jobId: id, status: 'delivered' });
    const { status, json } = await get(`/${id}`);
    expect(status).toBe(200);
    expect(json).toEqual({
      data: {
        archived: false,
        contact_list_id: null,
        created_at: '2017-07-17T07:17:00.000000Z',
        created_by: { id: systemUserId, name: 'Notify' },
        id,
        job_status: 'pending',
        notification_count: 1,
        original_file_name: 'some.csv',
        processing_finished: null,
        processing_started: null,
        scheduled_for: null,
        service: serviceId,
        service_name: { name: expect.any(String) },
        statistics: [{ status: 'delivered', count: 1 }],
        template: template.id,
        template_name: template.name,
        template_type: 'sms',
        template_version: 1,
        updated_at: null,
      },
    });
  });

  it('whose notifications are gone has the rows of its facts, each for itself', async () => {
    const id = await insertJobRow(api, template);
    for (const day of ['2017-07-10', '2017-07-11']) {
      await insertJobFacts(api, template, { jobId: id, day, status: 'delivered', count: 3 });
    }
    expect((await get(`/${id}`)).json.data.statistics).toEqual([
      { status: 'delivered', count: 3 },
      { status: 'delivered', count: 3 },
    ]);
    await insertRows(api, template, { jobId: id, status: 'sending' });
    expect((await get(`/${id}`)).json.data.statistics).toEqual([{ status: 'sending', count: 1 }]);
  });

  it('of another service, unknown or malformed is not there', async () => {
    const foreign = await insertJobRow(api, await aTemplate(api, (await aService(api)).id));
    for (const id of [foreign, api.ids.uuid(), 'nonsense']) {
      for (const [method, rest] of [
        ['GET', ''],
        ['GET', '/notifications'],
        ['GET', '/notification_count'],
        ['POST', '/cancel'],
        ['POST', '/cancel-letter-job'],
      ] as const) {
        const answer = await api.internal(`${path}/${id}${rest}`, { method });
        expect([answer.status, answer.json]).toEqual([404, nothing]);
      }
    }
  });
});

describe('the list of jobs', () => {
  it('is empty at first', async () => {
    expect((await get()).json).toEqual({ data: [], page_size: 50, total: 0, links: {} });
  });

  it('begins with those that have not begun, then the latest begun', async () => {
    const begun = (time: string): Promise<string> =>
      insertJobRow(api, template, { processingStarted: time, status: 'finished' });
    const early = await begun('2017-07-17T05:00:00Z');
    const late = await begun('2017-07-17T06:00:00Z');
    const older = await insertJobRow(api, template, { createdAt: '2017-07-16T06:00:00Z' });
    const newer = await insertJobRow(api, template, { createdAt: '2017-07-16T07:00:00Z' });
    expect(idsOf(await get())).toEqual([newer, older, late, early]);
  });

  it('leaves out what old one-off sends made, and other services', async () => {
    for (const fileName of ['Test message', 'Report']) await insertJobRow(api, template, { fileName });
    await insertJobRow(api, await aTemplate(api, (await aService(api)).id));
    expect((await get()).json).toMatchObject({ data: [], total: 0 });
  });

  it('is filtered by status; unknown ones match nothing, and none is no filter', async () => {
    const scheduled = await insertJobRow(api, template, { status: 'scheduled' });
    const finished = await insertJobRow(api, template, { status: 'finished all notifications created' });
    const all = [scheduled, finished].sort();
    const rows: [string, string[]][] = [
      ['scheduled', [scheduled]],
      ['finished%20all%20notifications%20created%2C%20%20scheduled%20', all],
      ['nonsense', []],
      ['', all],
      [',%20,', all],
    ];
    for (const [statuses, expected] of rows) {
      expect(idsOf(await get(`?statuses=${statuses}`)).sort()).toEqual(expected);
    }
  });

  it('is limited to days in London', async () => {
    clock.set('2018-07-09T11:00:00Z');
    await insertJobRow(api, template, { createdAt: '2018-07-01T22:59:00Z' });
    const inside = await insertJobRow(api, template, { createdAt: '2018-07-01T23:00:00Z' });
    expect(idsOf(await get('?limit_days=7'))).toEqual([inside]);
    expect(idsOf(await get('?limit_days=8'))).toHaveLength(2);
    expect(idsOf(await get('?limit_days=99999999999'))).toHaveLength(2);
    const answer = await get('?limit_days=blah');
    expect(answer.json).toEqual({ result: 'error', message: { limit_days: ['blah is not an integer'] } });
    expect(answer.status).toBe(400);
  });

  it('holds the jobs of contact lists, and can be asked for those of one', async () => {
    const list = api.ids.uuid();
    await api.db.query({
      text: `INSERT INTO service_contact_list (id, original_file_name, row_count, template_type, service_id, created_by_id, created_at)
        VALUES ($1, 'list.csv', 1, 'sms', $2, $3, $4)`,
      values: [list, serviceId, systemUserId, clock.now()],
    });
    const ofList = await insertJobRow(api, template, { contactListId: list });
    const own = await insertJobRow(api, template);
    expect(idsOf(await get()).sort()).toEqual([ofList, own].sort());
    expect(idsOf(await get(`?contact_list_id=${list}`))).toEqual([ofList]);
    expect(idsOf(await get(`?contact_list_id=${api.ids.uuid()}`))).toEqual([]);
    expect(idsOf(await get('?contact_list_id=nonsense'))).toEqual([]);
  });

  it('is paged, with the parameters in its links', async () => {
    for (let number = 0; number < 120; number += 1) await insertJobRow(api, template);
    const first = (await get('?statuses=pending')).json;
    expect(first).toMatchObject({ page_size: 50, total: 120 });
    expect(first.data).toHaveLength(50);
    expect(first.links).toEqual({
      next: `${path}?page=2&statuses=pending`,
      last: `${path}?page=3&statuses=pending`,
    });
    const second = (await api.internal(first.links.next)).json;
    expect(second.links).toEqual({
      prev: `${path}?page=1&statuses=pending`,
      next: `${path}?page=3&statuses=pending`,
      last: `${path}?page=3&statuses=pending`,
    });
    const third = (await get('?page=3')).json;
    expect(third.data).toHaveLength(20);
    expect(third.links).toEqual({ prev: `${path}?page=2` });
    for (const page of ['4', '0', '-1', '99999999999999']) {
      const { status, json } = await get(`?page=${page}`);
      expect([status, json]).toEqual([404, nothing]);
    }
    expect((await get('?page=x')).json.message).toEqual({ page: ['x is not an integer'] });
  });

  it('counts by where the numbers are: nowhere, in the notifications, in the facts', async () => {
    const waiting = await insertJobRow(api, template);
    const live = await insertJobRow(api, template, { processingStarted: '2017-07-13T23:00:00Z' });
    const old = await insertJobRow(api, template, { processingStarted: '2017-07-13T22:59:59Z' });
    for (const id of [waiting, live, old]) {
      await insertRows(api, template, { jobId: id, status: 'sending', count: 2 });
      for (const day of ['2017-07-13', '2017-07-14']) {
        await insertJobFacts(api, template, { jobId: id, day, status: 'delivered', count: 5 });
      }
    }
    const { data } = (await get()).json;
    const statistics = Object.fromEntries(
      data.map((job: { id: string; statistics: object }) => [job.id, job.statistics]),
    );
    expect(statistics).toEqual({
      [waiting]: [],
      [live]: [{ status: 'sending', count: 2 }],
      [old]: [{ status: 'delivered', count: 10 }],
    });
  });
});

describe('scheduled jobs', () => {
  it('are none', async () => {
    expect((await get('/scheduled-job-stats')).json).toEqual({ count: 0, soonest_scheduled_for: null });
  });

  it('are counted beyond a page, and the soonest is told', async () => {
    for (let hour = 0; hour < 60; hour += 1) {
      const scheduledFor = new Date(Date.parse('2017-07-17T09:00:00Z') + hour * 3_600_000);
      await insertJobRow(api, template, { status: 'scheduled', scheduledFor });
    }
    await insertJobRow(api, template, { status: 'pending', scheduledFor: '2017-07-17T08:00:00Z' });
    const foreign = await aTemplate(api, (await aService(api)).id);
    await insertJobRow(api, foreign, { status: 'scheduled', scheduledFor: '2017-07-17T08:00:00Z' });
    const { json } = await get('/scheduled-job-stats');
    expect(json).toEqual({ count: 60, soonest_scheduled_for: '2017-07-17T09:00:00+00:00' });
    await insertJobRow(api, template, { status: 'scheduled', scheduledFor: '2017-07-17T08:30:00.250Z' });
    expect((await get('/scheduled-job-stats')).json.soonest_scheduled_for).toBe('2017-07-17T08:30:00.250000+00:00');
  });

  it('can be cancelled, also when their time is past', async () => {
    const id = await insertJobRow(api, template, { status: 'scheduled', scheduledFor: '2017-07-17T07:00:00Z' });
    const { status, json } = await post(`/${id}/cancel`);
    expect(status).toBe(200);
    expect(json.data).toMatchObject({ id, job_status: 'cancelled', statistics: [] });
    expect((await post(`/${id}/cancel`)).status).toBe(404);
  });

  for (const status of ['pending', 'in progress', 'finished', 'cancelled', 'error'] as const) {
    it(`are not those with the status ${status}`, async () => {
      const id = await insertJobRow(api, template, { status });
      const answer = await post(`/${id}/cancel`);
      expect([answer.status, answer.json]).toEqual([404, nothing]);
    });
  }
});

describe('a new job', () => {
  it('for now is pending and queued', async () => {
    const id = await anUpload(template);
    const { status, json } = await post('', { id, created_by: systemUserId });
    expect(status).toBe(201);
    expect(json.data).toMatchObject({
      id,
      job_status: 'pending',
      original_file_name: 'people.csv',
      notification_count: 1,
      template: template.id,
      scheduled_for: null,
      statistics: [],
    });
    const queued = await api.db.query({
      text: 'SELECT 1 FROM pgboss.job WHERE data::text LIKE $1',
      values: [`%${id}%`],
    });
    expect(queued.rowCount).toBe(1);
  });

  it('for later is scheduled and not queued', async () => {
    clock.set('2016-01-01T12:00:00Z');
    const id = await anUpload(template);
    const { status, json } = await post('', { id, created_by: systemUserId, scheduled_for: '2016-01-05T11:59:00' });
    expect(status).toBe(201);
    expect(json.data).toMatchObject({ job_status: 'scheduled', scheduled_for: '2016-01-05T11:59:00.000000Z' });
    const queued = await api.db.query({
      text: 'SELECT 1 FROM pgboss.job WHERE data::text LIKE $1',
      values: [`%${id}%`],
    });
    expect(queued.rowCount).toBe(0);
  });

  it('is refused field by field', async () => {
    clock.set('2016-01-01T12:00:00Z');
    const id = await anUpload(template);
    const rows: [object, object][] = [
      [{ id }, { created_by: ['Missing data for required field.'] }],
      [
        { id, created_by: systemUserId, scheduled_for: '2016-01-01T11:59:00' },
        { scheduled_for: ['Date cannot be in the past'] },
      ],
      [
        { id, created_by: systemUserId, scheduled_for: '2016-01-08T12:00:01' },
        { scheduled_for: ['Date cannot be more than 7 days in the future'] },
      ],
    ];
    for (const [body, message] of rows) {
      const answer = await post('', body);
      expect([answer.status, answer.json]).toEqual([400, { result: 'error', message }]);
    }
  });

  it('is refused for what it is made of, in the documented order', async () => {
    const created_by = systemUserId;
    const noFile = await post('', { id: api.ids.uuid(), created_by });
    expect([noFile.status, noFile.json]).toEqual([404, nothing]);
    const letter = await aTemplate(api, serviceId, { templateType: 'letter' });
    const id = await anUpload(letter);
    await api.db.query({ text: 'UPDATE services SET restricted = true WHERE id = $1', values: [serviceId] });
    const inTrial = await post('', { id, created_by });
    expect([inTrial.status, inTrial.json]).toEqual([
      403,
      plainError('Create letter job is not allowed for service in trial mode '),
    ]);
    await api.db.query({ text: 'UPDATE services SET active = false WHERE id = $1', values: [serviceId] });
    const inactive = await post('', {});
    expect([inactive.status, inactive.json]).toEqual([
      403,
      plainError('Create job is not allowed: service is inactive '),
    ]);
    const unknown = await api.internal(`/service/${api.ids.uuid()}/job`, { method: 'POST', body: {} });
    expect([unknown.status, unknown.json]).toEqual([404, nothing]);
  });

  it('is refused for a file that was not checked, and for a deleted template', async () => {
    const upload = { serviceId, uploadId: api.ids.uuid() };
    const key = `service-${serviceId}-notify/${upload.uploadId}.csv`;
    await api.storage.put('csv-uploads', key, Buffer.from('x'), { metadata: { template_id: template.id } });
    const unchecked = await post('', { id: upload.uploadId, created_by: systemUserId });
    expect([unchecked.status, unchecked.json]).toEqual([400, plainError("File is not valid, can't create job")]);
    const id = await anUpload(template);
    await api.db.query({ text: 'UPDATE templates SET archived = true WHERE id = $1', values: [template.id] });
    const deleted = await post('', { id, created_by: systemUserId });
    expect(deleted.json).toEqual({ result: 'error', message: { template: ['Template has been deleted'] } });
  });
});
