import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import { notificationStatuses } from '../../src/lib/notifications/notification-status.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useApi, v2Error, type ApiAnswer } from './api.ts';
import { insertRows } from './notification-rows.ts';

const api = useApi();
const path = '/v2/notifications';

interface Page {
  readonly notifications: { id: string; status: string; type: string; created_at: string }[];
  readonly links: { current: string; next?: string };
}

interface TestService {
  readonly id: string;
  readonly keys: Record<KeyType, string>;
  readonly sms: Template;
  readonly email: Template;
}

async function makeService(): Promise<TestService> {
  const { id } = await aService(api);
  const keys = {} as Record<KeyType, string>;
  for (const keyType of keyTypes) keys[keyType] = (await anApiKey(api, id, { keyType })).text;
  const sms = await aTemplate(api, id, { content: 'Hello' });
  return { id, keys, sms, email: await aTemplate(api, id, { templateType: 'email', content: 'Hello' }) };
}

async function list(key: string, query = ''): Promise<Page> {
  const answer = await api.call(`${path}${query}`, { key });
  expect(answer.status, answer.text).toBe(200);
  return answer.json as Page;
}

function idsOf({ notifications }: Page): string[] {
  return notifications.map(({ id }) => id);
}

/** The list that a `next` or `current` link leads to. */
async function follow(key: string, link: string): Promise<Page> {
  expect(link.startsWith(`${api.url}${path}`)).toBe(true);
  return list(key, new URL(link).search);
}

describe('a list', () => {
  it('is empty at first, without a next page', async () => {
    const { keys } = await makeService();
    expect(await list(keys.normal)).toEqual({ notifications: [], links: { current: `${api.url}${path}` } });
  });

  it('shows each notification as it is shown alone, newest first', async () => {
    const { keys, sms, email } = await makeService();
    const first = await insertRows(api, sms, { createdAt: '2026-03-01T00:00:00Z', status: 'delivered' });
    const last = await insertRows(api, email, { createdAt: '2026-03-03T00:00:00Z' });
    const middle = await insertRows(api, sms, { createdAt: '2026-03-02T00:00:00Z' });
    const page = await list(keys.normal);
    expect(idsOf(page)).toEqual([last, middle, first]);
    for (const shown of page.notifications) {
      expect(shown).toEqual((await api.call(`${path}/${shown.id}`, { key: keys.normal })).json);
    }
    expect(Object.keys(page).sort()).toEqual(['links', 'notifications']);
  });

  it('holds only what keys of this type of this service made', async () => {
    const own = await makeService();
    const other = await makeService();
    const made = {} as Record<KeyType, string>;
    for (const keyType of keyTypes) {
      made[keyType] = await insertRows(api, own.sms, { keyType });
      await insertRows(api, other.sms, { keyType });
    }
    for (const keyType of keyTypes) expect(idsOf(await list(own.keys[keyType]))).toEqual([made[keyType]]);
  });

  it('hides the rows of jobs unless they are asked for', async () => {
    const { keys, sms } = await makeService();
    const single = await insertRows(api, sms, { createdAt: '2026-03-01T00:00:00Z' });
    const ofJob = await insertRows(api, sms, { createdAt: '2026-03-02T00:00:00Z', jobId: api.ids.uuid() });
    expect(idsOf(await list(keys.normal))).toEqual([single]);
    for (const value of ['true', 'True']) {
      expect(idsOf(await list(keys.normal, `?include_jobs=${value}`))).toEqual([ofJob, single]);
    }
    expect(idsOf(await list(keys.team, '?include_jobs=true'))).toEqual([]);
  });

  it('answers HEAD without the list', async () => {
    const { keys } = await makeService();
    expect(await api.call(path, { method: 'HEAD', key: keys.normal })).toMatchObject({ status: 200, text: '' });
  });
});

describe('filters', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await makeService();
    for (const status of notificationStatuses) {
      await insertRows(api, service.sms, { status, reference: `sms ${status}` });
      await insertRows(api, service.email, { status, reference: `email ${status}` });
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
    ...notificationStatuses
      .filter((status) => status !== 'failed')
      .map((status): (typeof rows)[number] => [`?status=${status}`, [status], both]),
    ['?status=failed', failed, both],
    ['?status=accepted', ['created', 'sending'], both],
    ['?status=received', ['delivered'], both],
    ['?status=received&status=delivered&status=accepted', ['created', 'delivered', 'sending'], both],
    ['?status=failed&template_type=email', failed, ['email']],
    ['?reference=sms+created', ['created'], ['sms']],
    ['?reference=sms%20created&reference=sms+sending', ['created'], ['sms']],
    ['?reference=SMS+created', [], []],
    ['?reference=', [], []],
    ['?reference=sms+created&status=sending', [], []],
  ];
  for (const [query, statuses, types] of rows) {
    it(query || 'none', async () => {
      const { notifications } = await list(service.keys.normal, query);
      expect([...new Set(notifications.map(({ status }) => status))].sort()).toEqual(statuses);
      expect([...new Set(notifications.map(({ type }) => type))].sort()).toEqual(types);
      expect(notifications).toHaveLength(statuses.length * types.length);
    });
  }
});

describe('a query that is refused', () => {
  let key: string;
  beforeAll(async () => {
    key = (await makeService()).keys.normal;
  });
  const listed =
    'cancelled, created, sending, sent, delivered, pending, failed, technical-failure, temporary-failure, permanent-failure, pending-virus-check, validation-failed, virus-scan-failed, returned-letter, accepted, received';

  const rows: [string, string[]][] = [
    ['?status=elephant', [`status elephant is not one of [${listed}]`]],
    ['?status=', [`status  is not one of [${listed}]`]],
    ['?status=created,sending', [`status created,sending is not one of [${listed}]`]],
    ['?status=Created&status=created', [`status Created is not one of [${listed}]`]],
    ['?status=a&status=b&status=a', [`status a is not one of [${listed}]`, `status b is not one of [${listed}]`]],
    ['?status=it%27s', [`status its is not one of [${listed}]`]],
    ['?template_type=orange', ['template_type orange is not one of [sms, email, letter]']],
    ['?include_jobs=false', ['include_jobs false is not one of [true, True]']],
    ['?include_jobs=', ['include_jobs  is not one of [true, True]']],
    ['?include_jobs=TRUE&include_jobs=true', ['include_jobs TRUE is not one of [true, True]']],
    ['?older_than=x', ['older_than is not a valid UUID']],
    ['?older_than=', ['older_than is not a valid UUID']],
    ['?page=2', ['Additional properties are not allowed (page was unexpected)']],
    ['?to=1&page=2', ['Additional properties are not allowed (page, to were unexpected)']],
    ['?__proto__=1', ['Additional properties are not allowed (__proto__ was unexpected)']],
    ['?reference=a%00b', ['reference must not contain null characters']],
    [
      '?page=1&older_than=x&include_jobs=no&template_type=x&status=x',
      [
        `status x is not one of [${listed}]`,
        'template_type x is not one of [sms, email, letter]',
        'include_jobs no is not one of [true, True]',
        'older_than is not a valid UUID',
        'Additional properties are not allowed (page was unexpected)',
      ],
    ],
  ];
  for (const [query, messages] of rows) {
    it(query, async () => {
      const answer: ApiAnswer = await api.call(`${path}${query}`, { key });
      expect(answer.json).toEqual(v2Error(400, 'ValidationError', ...messages));
      expect(answer.status).toBe(400);
    });
  }
});

describe('pages', () => {
  it('follow each other without a gap or a repetition, also where times are the same', async () => {
    const { keys, sms } = await makeService();
    await insertRows(api, sms, { createdAt: '2026-03-02T00:00:00Z', count: 100 });
    await insertRows(api, sms, { createdAt: '2026-03-01T12:00:00Z', count: 600 });
    await insertRows(api, sms, { createdAt: '2026-03-01T00:00:00Z', count: 30 });
    const sizes: number[] = [];
    const seen: { id: string; created_at: string }[] = [];
    let page = await list(keys.normal);
    for (;;) {
      sizes.push(page.notifications.length);
      seen.push(...page.notifications);
      if (page.links.next === undefined) break;
      page = await follow(keys.normal, page.links.next);
    }
    expect(sizes).toEqual([250, 250, 230, 0]);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(730);
    const order = seen.map((row) => `${row.created_at} ${row.id}`);
    expect(order).toEqual([...order].sort().reverse());
  });

  it('begin after the given notification', async () => {
    const { keys, sms } = await makeService();
    const ids: string[] = [];
    for (const day of [5, 4, 3, 2, 1]) ids.push(await insertRows(api, sms, { createdAt: `2026-03-0${day}T00:00:00Z` }));
    expect(idsOf(await list(keys.normal, `?older_than=${ids[1]}`))).toEqual(ids.slice(2));
    expect(idsOf(await list(keys.normal, `?older_than=%7B${ids[1]!.toUpperCase()}%7D`))).toEqual(ids.slice(2));
    expect(idsOf(await list(keys.normal, `?older_than=${ids[1]}&older_than=${ids[3]}`))).toEqual(ids.slice(2));
  });

  it('begin after a notification that the list itself would not show', async () => {
    const { keys, sms, email } = await makeService();
    const old = await insertRows(api, sms, { createdAt: '2026-03-01T00:00:00Z' });
    const hidden = [
      await insertRows(api, email, { createdAt: '2026-03-02T00:00:00Z' }),
      await insertRows(api, sms, { createdAt: '2026-03-02T00:00:00Z', keyType: 'test' }),
      await insertRows(api, sms, { createdAt: '2026-03-02T00:00:00Z', jobId: api.ids.uuid() }),
    ];
    for (const id of hidden) {
      expect(idsOf(await list(keys.normal, `?template_type=sms&older_than=${id}`))).toEqual([old]);
    }
  });

  it('are empty after an unknown notification or one of another service, and have no next', async () => {
    const { keys, sms } = await makeService();
    await insertRows(api, sms, { createdAt: '2026-03-01T00:00:00Z' });
    const foreign = await insertRows(api, (await makeService()).sms);
    for (const id of [foreign, api.ids.uuid()]) {
      const current = `${api.url}${path}?older_than=${id}`;
      expect(await list(keys.normal, `?older_than=${id}`)).toEqual({ notifications: [], links: { current } });
    }
  });

  it('link to themselves with what was asked, and to the next with older_than first', async () => {
    const { keys, sms } = await makeService();
    const id = await insertRows(api, sms, { reference: 'a b&c=é', createdAt: '2026-03-01T00:00:00Z' });
    const newest = await insertRows(api, sms, { createdAt: '2026-03-09T00:00:00Z' });
    const query = `status=created&status=sending&template_type=sms&reference=a%20b%26c%3D%C3%A9&older_than=${newest}`;
    const page = await list(keys.normal, `?${query}`);
    expect(idsOf(page)).toEqual([id]);
    const { current, next } = page.links;
    expect([...new URL(current).searchParams].sort()).toEqual([...new URLSearchParams(query)].sort());
    expect(current).toContain('status=created&status=sending');
    expect(current).toContain('reference=a+b%26c%3D%C3%A9');
    expect(next!.startsWith(`${api.url}${path}?older_than=${id}&`)).toBe(true);
    const others = (link: string): string[][] =>
      [...new URL(link).searchParams].filter(([name]) => name !== 'older_than').sort();
    expect(others(next!)).toEqual(others(current));
    expect(new URL(next!).searchParams.getAll('older_than')).toEqual([id]);
    expect(idsOf(await follow(keys.normal, next!))).toEqual([]);
  });
});
