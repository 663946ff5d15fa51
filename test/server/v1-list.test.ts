import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import { notificationStatuses } from '../../src/lib/notifications/notification-status.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { aFileJob, smsRows } from '../support/job-files.ts';
import { notFoundText, plainError, useApi } from './api.ts';
import { insertRows } from './notification-rows.ts';
import { createTestClock } from './test-clock.ts';

// Half past midnight in London, where clocks have changed already.
const clock = createTestClock('2026-03-31T23:30:00Z');
const api = useApi({ clock });

interface Page {
  readonly notifications: {
    id: string;
    status: string;
    notification_type: string;
    created_at: string;
    job: object | null;
  }[];
  readonly page_size: number;
  readonly total: number;
  readonly links: { prev?: string; next?: string; last?: string };
}

interface TestService {
  readonly keys: Record<KeyType, string>;
  readonly sms: Template;
  readonly email: Template;
}

async function makeService(): Promise<TestService> {
  const { id } = await aService(api);
  const keys = {} as Record<KeyType, string>;
  for (const keyType of keyTypes) keys[keyType] = (await anApiKey(api, id, { keyType })).text;
  const sms = await aTemplate(api, id, { content: 'Hello' });
  return { keys, sms, email: await aTemplate(api, id, { templateType: 'email', content: 'Hello' }) };
}

async function list(key: string, path = '/notifications'): Promise<Page> {
  const answer = await api.call(path, { key });
  expect(answer.status, answer.text).toBe(200);
  return answer.json as Page;
}

function idsOf({ notifications }: Page): string[] {
  return notifications.map(({ id }) => id);
}

describe('a list', () => {
  it('is empty at first', async () => {
    const { keys } = await makeService();
    expect(await list(keys.normal)).toEqual({ notifications: [], page_size: 250, total: 0, links: {} });
  });

  it('shows each notification as it is shown alone, newest first', async () => {
    const { keys, sms, email } = await makeService();
    const first = await insertRows(api, sms, { createdAt: '2026-03-01T00:00:00Z', status: 'delivered' });
    const last = await insertRows(api, email, { createdAt: '2026-03-03T00:00:00Z' });
    const page = await list(keys.normal);
    expect(idsOf(page)).toEqual([last, first]);
    for (const notification of page.notifications) {
      const { json } = await api.call(`/notifications/${notification.id}`, { key: keys.normal });
      expect(json).toEqual({ data: { notification } });
    }
    expect(page).toMatchObject({ page_size: 250, total: 2, links: {} });
  });

  it('holds, and counts, only what keys of this type of this service made', async () => {
    const own = await makeService();
    const other = await makeService();
    const made = {} as Record<KeyType, string>;
    for (const keyType of keyTypes) {
      made[keyType] = await insertRows(api, own.sms, { keyType });
      await insertRows(api, other.sms, { keyType });
    }
    for (const keyType of keyTypes) {
      const page = await list(own.keys[keyType], '/notifications?page_size=1');
      expect(idsOf(page)).toEqual([made[keyType]]);
      expect(page).toMatchObject({ total: 1, links: {} });
    }
  });

  it('hides the rows of files unless they are asked for', async () => {
    const { keys, sms } = await makeService();
    const single = await insertRows(api, sms, { createdAt: '2026-03-01T00:00:00Z' });
    const ofFile = await insertRows(api, sms, { createdAt: '2026-03-02T00:00:00Z', jobId: api.ids.uuid() });
    for (const value of ['true', 'True', '1', 'yes', 'on']) {
      expect(idsOf(await list(keys.normal, `/notifications?include_jobs=${value}`))).toEqual([ofFile, single]);
    }
    for (const query of ['', '?include_jobs=false', '?include_jobs=0', '?include_jobs=no&include_jobs=yes']) {
      expect(await list(keys.normal, `/notifications${query}`)).toMatchObject({ total: 1 });
    }
    expect(idsOf(await list(keys.team, '/notifications?include_jobs=true'))).toEqual([]);
  });

  it('names the file that rows come from', async () => {
    const { keys, sms } = await makeService();
    const job = await aFileJob(api, { template: sms, content: smsRows(2), originalFileName: 'people.csv' });
    await insertRows(api, sms, { jobId: job.id, count: 2 });
    await insertRows(api, sms, { jobId: null, createdAt: '2026-01-02T00:00:00Z' });
    const { notifications } = await list(keys.normal, '/notifications?include_jobs=true');
    const expected = { id: job.id, original_file_name: 'people.csv' };
    expect(notifications.map((notification) => notification.job)).toEqual([expected, expected, null]);
  });

  it('ignores parameters that it does not know', async () => {
    const { keys, sms } = await makeService();
    const id = await insertRows(api, sms, { reference: 'x' });
    expect(idsOf(await list(keys.normal, '/notifications?reference=y&older_than=x&to=1&__proto__=1'))).toEqual([id]);
  });

  it('answers HEAD without the list', async () => {
    const { keys } = await makeService();
    const head = await api.call('/notifications', { method: 'HEAD', key: keys.normal });
    expect(head).toMatchObject({ status: 200, text: '' });
  });
});

describe('filters', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await makeService();
    for (const status of notificationStatuses) {
      await insertRows(api, service.sms, { status });
      await insertRows(api, service.email, { status });
    }
  });

  const failed = [
    'permanent-failure',
    'returned-letter',
    'technical-failure',
    'temporary-failure',
    'validation-failed',
    'virus-scan-failed',
  ];
  const both = ['email', 'sms'];
  const rows: [string, string[], string[]][] = [
    ['', [...notificationStatuses].sort(), both],
    ['?template_type=sms', [...notificationStatuses].sort(), ['sms']],
    ['?template_type=sms&template_type=email', [...notificationStatuses].sort(), both],
    ['?template_type=letter', [], []],
    ['?status=created', ['created'], both],
    ['?status=created&status=sending', ['created', 'sending'], both],
    ['?status=failed', failed, both],
    ['?status=accepted', ['created', 'sending'], both],
    ['?status=received', ['delivered'], both],
    ['?status=failed&template_type=email', failed, ['email']],
  ];
  for (const [query, statuses, types] of rows) {
    it(query || 'none', async () => {
      const { notifications, total } = await list(service.keys.normal, `/notifications${query}`);
      expect([...new Set(notifications.map(({ status }) => status))].sort()).toEqual(statuses);
      expect([...new Set(notifications.map((one) => one.notification_type))].sort()).toEqual(types);
      expect(notifications).toHaveLength(statuses.length * types.length);
      expect(total).toBe(notifications.length);
    });
  }
});

describe('limit_days', () => {
  // 1 April has just begun in London.
  const days: [string, string[]][] = [
    ['0', ['2026-03-31T23:00:00Z']],
    ['1', ['2026-03-31T23:00:00Z', '2026-03-31T22:59:59.999Z', '2026-03-30T23:00:00Z']],
    ['2', ['2026-03-31T23:00:00Z', '2026-03-31T22:59:59.999Z', '2026-03-30T23:00:00Z', '2026-03-29T23:00:00Z']],
    ['-1', []],
  ];
  const all = [...days[2]![1], '2026-03-29T22:59:59.999Z', '2026-03-20T00:00:00Z'];
  days.push(['1000000000000000000000', all], ['12', all], ['11', all.slice(0, -1)]);
  let service: TestService;
  beforeAll(async () => {
    service = await makeService();
    for (const createdAt of all) await insertRows(api, service.sms, { createdAt });
  });

  for (const [limit, expected] of days) {
    it(`of ${limit} counts London midnights`, async () => {
      const { notifications, total } = await list(service.keys.normal, `/notifications?limit_days=${limit}`);
      const instants = notifications.map(({ created_at: at }) => new Date(at));
      expect(instants).toEqual(expected.map((at) => new Date(at)));
      expect(total).toBe(expected.length);
    });
  }
});

describe('pages', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await makeService();
    await insertRows(api, service.sms, { count: 5 });
    await insertRows(api, service.email, { count: 1 });
  });

  it('are linked in both directions, and hold everything once', async () => {
    const seen: string[] = [];
    const pages: Page[] = [];
    let path: string | undefined = '/notifications?page_size=2&template_type=sms';
    while (path !== undefined) {
      const page: Page = await list(service.keys.normal, path);
      pages.push(page);
      seen.push(...idsOf(page));
      path = page.links.next;
    }
    const given = 'template_type=sms&page_size=2';
    expect(pages.map(({ links }) => links)).toEqual([
      { next: `/notifications?page=2&${given}`, last: `/notifications?page=3&${given}` },
      {
        prev: `/notifications?page=1&${given}`,
        next: `/notifications?page=3&${given}`,
        last: `/notifications?page=3&${given}`,
      },
      { prev: `/notifications?page=2&${given}` },
    ]);
    for (const page of pages) expect(page).toMatchObject({ page_size: 2, total: 5 });
    expect(new Set(seen).size).toBe(5);
  });

  it('end where the last one is full', async () => {
    const page = await list(service.keys.normal, '/notifications?page_size=3&page=2');
    expect(page).toMatchObject({ total: 6, links: { prev: '/notifications?page=1&page_size=3' } });
    expect(page.links.next).toBeUndefined();
    expect(page.notifications).toHaveLength(3);
  });

  it('keep repeated filters and everything else that was given in their links', async () => {
    const query = 'template_type=sms&template_type=email&status=created&status=sending&page_size=1&limit_days=3';
    const { links } = await list(service.keys.normal, `/notifications?${query}&include_jobs=true`);
    expect(links.next).toBe(`/notifications?page=2&${query}&include_jobs=true`);
    expect(links.last).toBe(`/notifications?page=6&${query}&include_jobs=true`);
  });

  it('are of 250 at most', async () => {
    const { keys, sms } = await makeService();
    await insertRows(api, sms, { count: 251 });
    for (const [query, size] of [
      ['', 250],
      ['?page_size=1000', 250],
      ['?page_size=100', 100],
    ] as const) {
      const page = await list(keys.normal, `/notifications${query}`);
      expect(page.notifications).toHaveLength(size);
      expect(page).toMatchObject({ page_size: size, total: 251 });
    }
  });

  for (const query of ['page=2', 'page_size=2&page=4', 'page=99999999999999999999999999', 'page=+0007&page_size=1']) {
    it(`after the last one are not found (${query})`, async () => {
      const answer = await api.call(`/notifications?${query.replace('+', '%2B')}`, { key: service.keys.normal });
      expect(answer).toMatchObject({ status: 404, json: plainError(notFoundText) });
    });
  }
});

describe('a query that is refused', () => {
  const listed =
    'cancelled, created, sending, sent, delivered, pending, failed, technical-failure, temporary-failure, permanent-failure, pending-virus-check, validation-failed, virus-scan-failed, returned-letter, accepted, received';
  const rows: [string, Record<string, string[]>][] = [
    ['page=0', { page: ['Not a positive integer'] }],
    ['page=-1', { page: ['Not a positive integer'] }],
    ['page_size=0', { page_size: ['Not a positive integer'] }],
    ['page_size=-5', { page_size: ['Not a positive integer'] }],
    ['page=0&page_size=0', { page: ['Not a positive integer'], page_size: ['Not a positive integer'] }],
    ['page=0&page=1', { page: ['Not a positive integer'] }],
    ['page=x', { page: ['Not a valid integer.'] }],
    ['page=', { page: ['Not a valid integer.'] }],
    ['page=1.5', { page: ['Not a valid integer.'] }],
    ['limit_days=week', { limit_days: ['Not a valid integer.'] }],
    ['include_jobs=perhaps', { include_jobs: ['Not a valid boolean.'] }],
    ['template_type=orange', { template_type: ['orange is not one of [sms, email, letter]'] }],
    ['status=elephant&status=sent', { status: [`elephant is not one of [${listed}]`] }],
    [
      'status=a&status=b&page=0',
      { status: ['a', 'b'].map((s) => `${s} is not one of [${listed}]`), page: ['Not a positive integer'] },
    ],
  ];
  let key: string;
  beforeAll(async () => {
    key = (await makeService()).keys.normal;
  });
  for (const [query, fields] of rows) {
    it(query, async () => {
      const answer = await api.call(`/notifications?${query}`, { key });
      expect(answer).toMatchObject({ status: 400, json: { result: 'error' } });
      expect((answer.json as { message: unknown }).message).toEqual(fields);
    });
  }
});
