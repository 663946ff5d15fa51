import { beforeEach, describe, expect, it } from 'vitest';
import { precompiledTemplateOf } from '../../src/lib/templates/precompiled-template.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { insertJobRow, insertRetention } from './job-rows.ts';
import { insertRows } from './notification-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2020-02-02T14:00:00Z');
const api = useInternalApi({ clock });

let serviceId: string;
let template: Template;
let letters: Template;

beforeEach(async () => {
  clock.set('2020-02-02T14:00:00Z');
  serviceId = (await aService(api)).id;
  template = await aTemplate(api, serviceId);
  letters = await precompiledTemplateOf(api, serviceId);
});

const get = (rest = ''): Promise<ApiAnswer> => api.internal(`/service/${serviceId}/upload${rest}`);
const idsOf = ({ json }: ApiAnswer): (string | null)[] => json.data.map(({ id }: { id: string | null }) => id);
const aLetter = (createdAt: string, status: 'created' | 'cancelled' = 'created'): Promise<string> =>
  insertRows(api, letters, { createdAt, status });

describe('the list of uploads', () => {
  it('is empty at first', async () => {
    expect((await get()).json).toEqual({ data: [], page_size: 50, total: 0, links: {} });
  });

  it('shows a job at the time for which it was meant', async () => {
    const id = await insertJobRow(api, template, { notificationCount: 10, createdAt: '2020-02-01T10:00:00Z' });
    expect((await get()).json.data).toEqual([
      {
        id,
        original_file_name: 'some.csv',
        notification_count: 10,
        created_at: '2020-02-01 10:00:00',
        upload_type: 'job',
        template_type: 'sms',
        recipient: null,
        statistics: [],
      },
    ]);
    const scheduled = await insertJobRow(api, template, {
      createdAt: '2020-02-01T11:00:00Z',
      scheduledFor: '2020-02-02T09:00:00Z',
    });
    const [first] = (await get()).json.data;
    expect(first).toMatchObject({ id: scheduled, created_at: '2020-02-02 09:00:00' });
  });

  it('leaves out jobs of contact lists, cancelled and scheduled ones, and old one-off sends', async () => {
    const list = api.ids.uuid();
    await api.db.query({
      text: `INSERT INTO service_contact_list (id, original_file_name, row_count, template_type, service_id, created_by_id, created_at)
        VALUES ($1, 'list.csv', 1, 'sms', $2, $3, $4)`,
      values: [list, serviceId, systemUserId, clock.now()],
    });
    await insertJobRow(api, template, { contactListId: list });
    await insertJobRow(api, template, { status: 'cancelled' });
    await insertJobRow(api, template, { status: 'scheduled' });
    await insertJobRow(api, template, { fileName: 'Report' });
    const own = await insertJobRow(api, template, { status: 'finished' });
    expect(idsOf(await get())).toEqual([own]);
  });

  it('goes back as far as messages of the type are kept, and no further than asked', async () => {
    await insertRetention(api, { serviceId, type: 'email', days: 3 });
    const email = await aTemplate(api, serviceId, { templateType: 'email' });
    const old = await insertJobRow(api, template, { createdAt: '2020-01-26T00:00:00Z' });
    await insertJobRow(api, template, { createdAt: '2020-01-25T23:59:59Z' });
    await insertJobRow(api, email, { createdAt: '2020-01-29T23:59:59Z' });
    const recent = await insertJobRow(api, email, { createdAt: '2020-01-30T00:00:00Z' });
    const begunLately = await insertJobRow(api, email, {
      createdAt: '2020-01-20T00:00:00Z',
      processingStarted: '2020-02-01T00:00:00Z',
    });
    expect(idsOf(await get())).toEqual([recent, old, begunLately]);
    expect(idsOf(await get('?limit_days=3'))).toEqual([recent]);
  });

  it('puts letters together by the day on which they are printed', async () => {
    await aLetter('2020-02-02T13:56:00Z');
    await aLetter('2020-02-02T13:58:00Z');
    await aLetter('2020-02-02T13:58:00Z', 'cancelled');
    expect((await get()).json.data).toEqual([
      {
        id: null,
        original_file_name: 'Uploaded letters',
        notification_count: 2,
        created_at: '2020-02-02 17:30:00',
        upload_type: 'letter_day',
        template_type: 'letter',
        recipient: null,
        statistics: [],
      },
    ]);
  });

  it('prints at half past five in London, later letters a day after', async () => {
    clock.set('2020-07-02T20:00:00Z');
    await aLetter('2020-07-01T16:29:59Z');
    await aLetter('2020-07-01T16:30:00Z');
    await aLetter('2020-07-02T16:30:00Z');
    const days = (await get()).json.data.map((day: { created_at: string; notification_count: number }) => [
      day.created_at,
      day.notification_count,
    ]);
    expect(days).toEqual([
      ['2020-07-03 16:30:00', 1],
      ['2020-07-02 16:30:00', 1],
      ['2020-07-01 16:30:00', 1],
    ]);
  });

  it('shows no letters that were sent with a key, of other templates, or are not kept any more', async () => {
    const { apiKey } = await anApiKey(api, serviceId);
    const sent = await aLetter('2020-02-02T13:00:00Z');
    await api.db.query({ text: 'UPDATE notifications SET api_key_id = $2 WHERE id = $1', values: [sent, apiKey.id] });
    await insertRows(api, await aTemplate(api, serviceId, { templateType: 'letter' }));
    await aLetter('2020-01-25T23:59:59Z');
    expect((await get()).json.data).toEqual([]);
  });

  it('orders jobs and letters together, and pages them', async () => {
    const begun = await insertJobRow(api, template, { processingStarted: '2020-02-02T13:00:00Z' });
    await aLetter('2020-02-02T13:56:00Z');
    const waiting = await insertJobRow(api, template);
    expect(idsOf(await get())).toEqual([waiting, null, begun]);
    for (let number = 0; number < 49; number += 1) await insertJobRow(api, template);
    const first = (await get('?limit_days=7')).json;
    expect([first.data.length, first.total]).toEqual([50, 52]);
    expect(first.links.next).toBe(`/service/${serviceId}/upload?page=2&limit_days=7`);
    expect(idsOf(await get('?page=2&limit_days=7'))).toEqual([null, begun]);
    expect((await get('?page=3')).status).toBe(404);
  });

  it('wants days as a number', async () => {
    const { status, json } = await get('?limit_days=x');
    expect([status, json.message]).toEqual([400, { limit_days: ['x is not an integer'] }]);
  });
});

describe('the letters of a day', () => {
  it('are those printed then, the newest first', async () => {
    await aLetter('2020-02-01T17:29:59Z');
    const evening = await aLetter('2020-02-01T17:30:00Z');
    const day = await aLetter('2020-02-02T17:29:59Z');
    await aLetter('2020-02-02T17:30:00Z');
    await aLetter('2020-02-02T10:00:00Z', 'cancelled');
    const { status, json } = await get('/uploaded-letters/2020-02-02');
    expect(status).toBe(200);
    expect(json).toMatchObject({ page_size: 50, total: 2, links: {} });
    expect(json.notifications.map(({ id }: { id: string }) => id)).toEqual([day, evening]);
    expect(json.notifications[0].template).toMatchObject({ is_precompiled_letter: true, template_type: 'letter' });
    expect((await get('/uploaded-letters/2020-02-05')).json.notifications).toEqual([]);
  });

  it('want a date', async () => {
    for (const date of ['nonsense', '2020-02-30', '2020-2-1']) {
      const { status, json } = await get(`/uploaded-letters/${date}`);
      expect([status, json]).toEqual([400, plainError('Input must be a date in the format: YYYY-MM-DD')]);
    }
  });
});
