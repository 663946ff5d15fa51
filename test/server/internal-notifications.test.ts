import { beforeEach, describe, expect, it } from 'vitest';
import type { Template } from '../../src/lib/templates/template.ts';
import { saveUser } from '../../src/lib/users/save-user.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { insertJobRow } from './job-rows.ts';
import { insertRows } from './notification-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-07-10T12:00:00Z');
const api = useInternalApi({ clock });
const nothing = plainError('No result found');
let template: Template;
let path: string;

beforeEach(async () => {
  const { id } = await aService(api);
  template = await aTemplate(api, id);
  path = `/service/${id}/notifications`;
});

const get = (rest = ''): Promise<ApiAnswer> => api.internal(`${path}${rest}`);
const idsOf = ({ json }: ApiAnswer): string[] => json.notifications.map(({ id }: { id: string }) => id);

describe('the notifications of a service', () => {
  it('are listed, the newest first, page by page without being counted', async () => {
    const newest = await insertRows(api, template, { createdAt: '2026-07-10T11:00:00Z' });
    await insertRows(api, template, { createdAt: '2026-07-10T10:00:00Z', count: 99 });
    const first = (await get()).json;
    expect([first.notifications.length, first.page_size, first.links]).toEqual([50, 50, { next: true }]);
    expect(first.notifications[0].id).toBe(newest);
    expect((await get('?page=2')).json.links).toEqual({ prev: true });
    expect((await get('?page=2&page_size=10')).json.links).toEqual({ prev: true, next: true });
    expect((await get('?count_pages=False')).json.links).toEqual({});
    expect((await get('?page=9')).json).toEqual({ notifications: [], page_size: 50, links: { prev: true } });
    for (const name of ['page', 'page_size']) {
      const { status, json } = await get(`?${name}=0`);
      expect([status, json.message]).toEqual([400, { [name]: ['Not a positive integer'] }]);
    }
  });

  it('are filtered by type, status, time, key and origin', async () => {
    const email = await aTemplate(api, template.serviceId, { templateType: 'email' });
    const { apiKey } = await anApiKey(api, template.serviceId);
    const withKey = async (id: string): Promise<string> => {
      await api.db.query({ text: 'UPDATE notifications SET api_key_id = $2 WHERE id = $1', values: [id, apiKey.id] });
      return id;
    };
    const sent = await withKey(await insertRows(api, template, { status: 'sending' }));
    const failed = await withKey(await insertRows(api, email, { status: 'permanent-failure' }));
    const test = await withKey(await insertRows(api, template, { keyType: 'test' }));
    const oneOff = await insertRows(api, template, { createdAt: '2026-07-03T23:00:00Z' });
    const old = await withKey(await insertRows(api, template, { createdAt: '2026-07-02T22:59:00Z' }));
    const ofJob = await insertRows(api, template, { jobId: await insertJobRow(api, template) });
    const rows: [string, string[]][] = [
      ['', [sent, failed, oneOff, old, ofJob]],
      ['?include_from_test_key=True', [sent, failed, test, oneOff, old, ofJob]],
      ['?include_jobs=False', [sent, failed, oneOff, old]],
      ['?include_one_off=False', [sent, failed, old, ofJob]],
      ['?template_type=email', [failed]],
      ['?status=failed&status=sending', [sent, failed]],
      ['?limit_days=7', [sent, failed, oneOff, ofJob]],
      [`?older_than=${oneOff}`, [old]],
      [`?older_than=${api.ids.uuid()}`, []],
    ];
    for (const [query, expected] of rows) expect(idsOf(await get(query)).sort(), query).toEqual([...expected].sort());
    const answer = await api.internal(path, {
      method: 'POST',
      body: { status: ['failed'], page: 1, include_jobs: false },
    });
    expect(idsOf(answer)).toEqual([failed]);
  });

  it('are found by a part of the recipient or the reference', async () => {
    const sms = await insertRows(api, template, { to: '447900900123', reference: 'Case 100%_A' });
    const other = await insertRows(api, template, { to: '447900900999' });
    await insertRows(api, template, { to: '447900900123', keyType: 'test' });
    const email = await aTemplate(api, template.serviceId, { templateType: 'email' });
    const address = await insertRows(api, email, { to: 'someone@example.com' });
    const rows: [string, string, string[]][] = [
      ['sms', '07900 900-123', [sms]],
      ['sms', '+44 (0)7900 900123', [sms]],
      ['sms', '900', [sms, other]],
      ['sms', 'case 100%_a', [sms]],
      ['sms', '100%', [sms]],
      ['sms', '1%0', []],
      ['email', 'SomeOne@Example.com', [address]],
      ['email', 'EXAMPLE', [address]],
    ];
    for (const [type, to, expected] of rows) {
      const body = { to, template_type: type, include_from_test_key: true };
      const answer = await api.internal(path, { method: 'POST', body });
      expect(idsOf(answer).sort(), to).toEqual([...expected].sort());
      expect(answer.json).toEqual({ notifications: expect.any(Array), links: {} });
    }
  });

  it('are shown with everything that belongs to them', async () => {
    const user = { id: api.ids.uuid(), name: 'Ann', emailAddress: `${api.ids.uuid()}@example.com`, mobileNumber: null };
    await saveUser(api, user);
    const { apiKey } = await anApiKey(api, template.serviceId, { name: 'My key' });
    const id = await insertRows(api, template, { createdById: user.id, keyType: 'test' });
    await api.db.query({ text: 'UPDATE notifications SET api_key_id = $2 WHERE id = $1', values: [id, apiKey.id] });
    const { status, json } = await get(`/${id}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      id,
      to: '447900900123',
      normalised_to: '447900900123',
      status: 'created',
      notification_type: 'sms',
      created_at: '2026-07-10T12:00:00.000000Z',
      key_name: 'My key',
      key_type: 'test',
      personalisation: {},
      template: { id: template.id, service: template.serviceId, version: 1, name: template.name, subject: null },
      job: null,
      created_by: { id: user.id, name: 'Ann', email_address: user.emailAddress },
    });
    const foreign = await insertRows(api, await aTemplate(api, (await aService(api)).id));
    for (const other of [foreign, api.ids.uuid(), 'nonsense']) {
      const answer = await get(`/${other}`);
      expect([answer.status, answer.json]).toEqual([404, nothing]);
    }
  });
});
