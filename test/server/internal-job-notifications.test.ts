import { beforeEach, describe, expect, it } from 'vitest';
import type { Template } from '../../src/lib/templates/template.ts';
import { saveUser } from '../../src/lib/users/save-user.ts';
import { aService, aTemplate } from '../support/builders.ts';
import type { ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { insertJobRow } from './job-rows.ts';
import { insertRows } from './notification-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2017-07-17T07:17:00Z');
const api = useInternalApi({ clock });
let serviceId: string;
let template: Template;
let path: string;

beforeEach(async () => {
  clock.set('2017-07-17T07:17:00Z');
  serviceId = (await aService(api)).id;
  template = await aTemplate(api, serviceId);
  path = `/service/${serviceId}/job`;
});

const get = (rest: string): Promise<ApiAnswer> => api.internal(`${path}${rest}`);

describe('the notifications of a job', () => {
  it('come in the order of the file, page by page', async () => {
    const id = await insertJobRow(api, template, { notificationCount: 3 });
    await insertRows(api, template, { jobId: id, count: 3, reference: 'mine' });
    const first = (await get(`/${id}/notifications?page_size=2`)).json;
    expect(first).toMatchObject({ page_size: 2, total: 3 });
    expect(first.notifications.map((row: { job_row_number: number }) => row.job_row_number)).toEqual([1, 2]);
    expect(first.links).toEqual({
      next: `${path}/${id}/notifications?page=2&page_size=2`,
      last: `${path}/${id}/notifications?page=2&page_size=2`,
    });
    expect(first.notifications[0]).toMatchObject({
      to: '447900900123',
      service: serviceId,
      status: 'created',
      client_reference: 'mine',
      key_name: null,
      personalisation: {},
      job: { id, original_file_name: 'some.csv' },
      template: { id: template.id, version: 1, content: 'Hello ((name))', redact_personalisation: false },
      created_by: null,
    });
    expect((await get(`/${id}/notifications?page=3&page_size=2`)).status).toBe(404);
    expect((await get(`/${id}/notification_count`)).json).toEqual({ count: 3 });
  });

  it('are filtered by status and type', async () => {
    const id = await insertJobRow(api, template);
    await insertRows(api, template, { jobId: id, status: 'technical-failure' });
    const totalOf = async (query: string): Promise<number> => (await get(`/${id}/notifications?${query}`)).json.total;
    expect(await totalOf('status=failed')).toBe(1);
    expect(await totalOf('status=failed&status=sending&template_type=sms')).toBe(1);
    expect(await totalOf('status=delivered')).toBe(0);
    expect(await totalOf('template_type=email')).toBe(0);
    const { status, json } = await get(`/${id}/notifications?page_size=0`);
    expect([status, json.message]).toEqual([400, { page_size: ['Not a positive integer'] }]);
  });

  it('are rows of a report', async () => {
    clock.set('2017-07-17T23:17:05Z');
    const user = { id: api.ids.uuid(), name: 'Ann', emailAddress: `${api.ids.uuid()}@example.com`, mobileNumber: null };
    await saveUser(api, user);
    const id = await insertJobRow(api, template);
    const rowId = await insertRows(api, template, { jobId: id, status: 'sent', createdById: user.id });
    const { json } = await get(`/${id}/notifications?format_for_csv=True`);
    expect(json.notifications).toEqual([
      {
        id: rowId,
        row_number: 2,
        recipient: '447900900123',
        client_reference: '',
        template_name: template.name,
        template_type: 'sms',
        job_name: 'some.csv',
        status: 'Sent internationally',
        created_at: '2017-07-18 00:17:05',
        created_by_name: 'Ann',
        created_by_email_address: user.emailAddress,
        api_key_name: null,
      },
    ]);
  });
});
