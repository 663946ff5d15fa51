/** The worked examples of the data sheet, §4. Facts are of the past; what the tables hold of counted days is ignored. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { KeyType } from '../../src/lib/api-keys/api-key.ts';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import { newServicePermissions } from '../../src/lib/services/service.ts';
import { precompiledTemplateOf } from '../../src/lib/templates/precompiled-template.ts';
import type { Template, TemplateType } from '../../src/lib/templates/template.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { countDays, insertFacts } from '../support/facts.ts';
import { moveRowsToHistory } from '../support/history.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { insertRows } from './notification-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2018-10-31T18:00:00Z');
const api = useInternalApi({ clock });

let serviceId: string;
let templates: Record<TemplateType, Template>;
beforeEach(async () => {
  clock.set('2018-10-31T18:00:00Z');
  await api.db.query(
    'TRUNCATE notifications, notification_history, ft_notification_status, ft_notification_status_runs',
  );
  serviceId = (await aService(api, { permissions: [...newServicePermissions] })).id;
  templates = {
    sms: await aTemplate(api, serviceId, { name: 'A text' }),
    email: await aTemplate(api, serviceId, { templateType: 'email', name: 'An email' }),
    letter: await aTemplate(api, serviceId, { templateType: 'letter', name: 'Letter' }),
  };
});

const get = (path: string): Promise<ApiAnswer> => api.internal(`/service/${serviceId}/${path}`);

/** `day type status count` of facts, and days that are counted. */
async function facts(...lines: string[]): Promise<void> {
  for (const line of lines) {
    const [day, type, status, count] = line.split(' ') as [string, TemplateType, NotificationStatus, string];
    await insertFacts(api, templates[type], { day, status, count: Number(count) });
  }
}

const rows = (type: TemplateType, status: NotificationStatus, count = 1, createdAt = clock.now()): Promise<string> =>
  insertRows(api, templates[type], { status, count, createdAt });

/** The worked example of §4.1. */
async function workedExample(): Promise<void> {
  await countDays(api, '2018-10-20', '2018-10-30');
  await facts('2018-10-29 sms delivered 10', '2018-10-24 sms delivered 8', '2018-10-29 sms created 1');
  await facts('2018-10-29 email delivered 3', '2018-10-26 letter delivered 5');
  await facts('2018-10-23 sms delivered 100');
  await rows('sms', 'created', 2);
  await rows('sms', 'delivered');
  await rows('email', 'delivered');
  await rows('sms', 'created', 7, new Date('2018-10-30T12:00:00Z'));
  await insertRows(api, templates.sms, { keyType: 'test', count: 9 });
  await insertFacts(api, templates.sms, { day: '2018-10-29', status: 'delivered', count: 50, keyType: 'test' });
}

const figures = (requested: number, delivered: number, failed: number): object => ({ requested, delivered, failed });

describe('seven days plus today', () => {
  it('adds the facts of whole days to what the tables hold of today', async () => {
    await workedExample();
    const { status, json } = await get('template-statistics?limit_days=7');
    expect(status).toBe(200);
    const shown = json.data.map((entry: { template_name: string; status: string; count: number }) => [
      ...[entry.template_name, entry.status, entry.count],
    ]);
    expect(shown).toEqual([
      ['A text', 'created', 3],
      ['A text', 'delivered', 19],
      ['An email', 'delivered', 4],
      ['Letter', 'delivered', 5],
    ]);
    expect(json.data[0]).toEqual({
      count: 3,
      template_id: templates.sms.id,
      template_name: 'A text',
      template_type: 'sms',
      is_precompiled_letter: false,
      status: 'created',
    });
  });

  it('shows the same window in the statistics of the service', async () => {
    await workedExample();
    const data = { email: figures(4, 4, 0), sms: figures(22, 19, 0), letter: figures(5, 5, 0) };
    for (const query of ['', '?limit_days=7', '?today_only=False&limit_days=7']) {
      expect((await get(`statistics${query}`)).json).toEqual({ data });
    }
    expect((await get('notifications/count?limit_days=7')).json).toEqual({ notifications_sent_count: 31 });
    const typed = await get('notifications/count?limit_days=7&template_type=sms');
    expect(typed.json).toEqual({ notifications_sent_count: 22 });
  });

  it('is only today with no whole day', async () => {
    await workedExample();
    const today = { email: figures(1, 1, 0), sms: figures(3, 1, 0), letter: figures(0, 0, 0) };
    expect((await get('statistics?today_only=True&limit_days=7')).json).toEqual({ data: today });
    expect((await get('statistics?limit_days=0')).json).toEqual({ data: today });
    expect((await get('template-statistics?whole_days=0')).json.data).toHaveLength(3);
  });

  it('begins on the same weekday as today, a week ago', async () => {
    clock.set('2018-10-29T09:00:00Z');
    await countDays(api, '2018-10-21', '2018-10-28');
    await facts('2018-10-22 sms delivered 1', '2018-10-21 sms delivered 10');
    await rows('sms', 'delivered');
    expect((await get('template-statistics?limit_days=7')).json.data).toMatchObject([{ count: 2 }]);
    expect((await get('statistics?limit_days=7')).json.data.sms).toEqual(figures(2, 2, 0));
  });

  it('reads a past day that no run has counted from both tables', async () => {
    await countDays(api, '2018-10-20', '2018-10-29');
    await countDays(api, '2018-10-30', '2018-10-30', ['email']);
    await facts('2018-10-30 sms delivered 100', '2018-10-30 email delivered 2');
    await rows('sms', 'delivered', 3, new Date('2018-10-30T23:59:59.999Z'));
    await rows('email', 'delivered', 50, new Date('2018-10-30T12:00:00Z'));
    const archived = await rows('sms', 'sending', 1, new Date('2018-10-30T00:00:00Z'));
    await moveRowsToHistory(api, [archived]);
    const [id, createdAt] = [await rows('sms', 'created', 1, new Date('2018-10-30T01:00:00Z')), '2018-10-30T01:00:00Z'];
    await moveRowsToHistory(api, [id]);
    await insertRows(api, templates.sms, { id, createdAt, status: 'delivered' });
    const { data } = (await get('statistics')).json;
    expect(data).toEqual({ sms: figures(5, 4, 0), email: figures(2, 2, 0), letter: figures(0, 0, 0) });
  });

  it('knows the failures of each type, and leaves out what was cancelled', async () => {
    for (const status of ['validation-failed', 'virus-scan-failed', 'permanent-failure', 'cancelled'] as const)
      await rows('letter', status);
    await rows('sms', 'sent');
    for (const status of ['failed', 'technical-failure', 'temporary-failure'] as const) await rows('email', status);
    expect((await get('statistics')).json.data).toEqual({
      letter: figures(3, 0, 3),
      sms: figures(1, 1, 0),
      email: figures(3, 0, 3),
    });
  });
});

describe('template-statistics', () => {
  it.each(['blurk', '3.5', ''])('refuses %o', async (given) => {
    for (const name of ['whole_days', 'limit_days']) {
      const { status, json } = await get(`template-statistics?${name}=${given}`);
      const message = { whole_days: [`${given} is not an integer`] };
      expect([status, json]).toEqual([400, { result: 'error', message }]);
    }
  });

  it.each(['-1', '8', '99999999999999999999'])('refuses %s days', async (given) => {
    const { status, json } = await get(`template-statistics?whole_days=${given}`);
    const message = { whole_days: ['whole_days must be between 0 and 7'] };
    expect([status, json]).toEqual([400, { result: 'error', message }]);
  });

  it('refuses to be asked without a number of days, and by something unknown', async () => {
    expect((await get('template-statistics')).json.message).toEqual({ whole_days: [' is not an integer'] });
    const { status, json } = await get('template-statistics?whole_days=7&by=colour');
    expect([status, Object.keys(json.message)]).toEqual([400, ['by']]);
  });

  it('is empty without messages', async () => {
    expect((await get('template-statistics?whole_days=7')).json).toEqual({ data: [] });
    expect((await get('template-statistics?whole_days=7&by=template')).json).toEqual({ data: [] });
  });

  it('has one entry for each template when asked by template', async () => {
    const precompiled = await precompiledTemplateOf(api, serviceId);
    await insertRows(api, precompiled, { status: 'delivered', count: 2 });
    await rows('sms', 'created', 2);
    await rows('sms', 'cancelled', 1);
    await insertRows(api, templates.sms, { keyType: 'test' });
    const entry = (count: number, template: Template, isPrecompiledLetter: boolean): object => ({
      count,
      template_id: template.id,
      template_name: template.name,
      template_type: template.templateType,
      is_precompiled_letter: isPrecompiledLetter,
    });
    expect((await get('template-statistics?whole_days=7&by=template')).json).toEqual({
      data: [entry(3, templates.sms, false), entry(2, precompiled, true)],
    });
  });
});

describe('the last use of a template', () => {
  const lastUsed = async (type: TemplateType = 'sms'): Promise<unknown> =>
    (await get(`template-statistics/last-used/${templates[type].id}`)).json;

  it('is the moment of the last message today', async () => {
    await rows('sms', 'created', 1, new Date('2018-10-31T08:00:00Z'));
    await rows('sms', 'failed', 1, new Date('2018-10-31T09:30:00.123Z'));
    await insertRows(api, templates.sms, { keyType: 'test' });
    expect(await lastUsed()).toEqual({ last_date_used: '2018-10-31T09:30:00.123000Z' });
  });

  it('is the newest day of the facts, or one that is not counted yet', async () => {
    await countDays(api, '2017-10-01', '2018-10-29');
    await facts('2018-10-29 sms delivered 2', '2018-10-02 sms delivered 9', '2017-10-29 email delivered 1');
    await insertFacts(api, templates.sms, { day: '2018-10-30', status: 'delivered', count: 1, keyType: 'test' });
    expect(await lastUsed()).toEqual({ last_date_used: '2018-10-29T00:00:00.000000Z' });
    expect(await lastUsed('email')).toEqual({ last_date_used: null });
    await rows('sms', 'delivered', 1, new Date('2018-10-30T12:00:00Z'));
    await rows('sms', 'delivered', 1, new Date('2018-10-12T12:00:00Z'));
    expect(await lastUsed()).toEqual({ last_date_used: '2018-10-30T00:00:00.000000Z' });
  });

  it('is null for a template that was never used, and nothing for one of another service', async () => {
    expect(await lastUsed()).toEqual({ last_date_used: null });
    const foreign = await aTemplate(api, (await aService(api)).id);
    const { status, json } = await get(`template-statistics/last-used/${foreign.id}`);
    expect([status, json]).toEqual([404, plainError('No result found')]);
  });
});

describe('months', () => {
  it('are those of the financial year up to now, with today', async () => {
    clock.set('2016-06-05T12:00:00Z');
    await countDays(api, '2016-04-01', '2016-06-04');
    await facts('2016-05-01 sms delivered 1', '2016-06-01 sms created 2');
    await rows('sms', 'created');
    await rows('sms', 'delivered');
    await rows('sms', 'delivered', 1, new Date('2016-06-04T12:00:00Z'));
    const none = { sms: {}, email: {}, letter: {} };
    expect((await get('notifications/monthly?year=2016')).json).toEqual({
      data: {
        '2016-04': none,
        '2016-05': { ...none, sms: { delivered: 1 } },
        '2016-06': { ...none, sms: { created: 3, delivered: 1 } },
      },
    });
    expect((await get('notifications/monthly?year=2017')).json).toEqual({ data: {} });
    expect(Object.keys((await get('notifications/monthly?year=2015')).json.data)).toHaveLength(12);
  });

  it('belong to days in London, also where no run has counted them', async () => {
    clock.set('2016-06-05T12:00:00Z');
    await rows('sms', 'sent', 1, new Date('2016-04-30T22:59:59Z'));
    await rows('sms', 'sent', 2, new Date('2016-04-30T23:00:00Z'));
    await rows('sms', 'sent', 4, new Date('2016-03-31T22:59:59Z'));
    const { data } = (await get('notifications/monthly?year=2016')).json;
    expect([data['2016-04'].sms, data['2016-05'].sms]).toEqual([{ sent: 1 }, { sent: 2 }]);
  });

  it('of templates are ordered by month and name, without cancelled messages and test keys', async () => {
    clock.set('2017-01-05T12:00:00Z');
    await countDays(api, '2016-04-01', '2017-01-04');
    await facts('2016-06-30 letter delivered 2', '2016-06-01 letter created 1', '2016-06-01 sms delivered 4');
    await facts('2016-06-01 sms cancelled 8', '2016-03-31 sms delivered 100');
    await insertFacts(api, templates.sms, { day: '2016-06-01', status: 'delivered', count: 50, keyType: 'test' });
    await rows('email', 'sending');
    const entry = (type: TemplateType, year: number, month: number, count: number): object => {
      const { id, name } = templates[type];
      return { template_id: id, name, type, month, year, count, is_precompiled_letter: false };
    };
    expect((await get('notifications/templates_usage/monthly?year=2016')).json).toEqual({
      stats: [entry('sms', 2016, 6, 4), entry('letter', 2016, 6, 3), entry('email', 2017, 1, 1)],
    });
  });

  it.each(['notifications/monthly', 'notifications/templates_usage/monthly'])('%s needs a year', async (path) => {
    for (const query of ['', '?year=', '?year=foo', '?year=99999']) {
      const { status, json } = await get(`${path}${query}`);
      expect([status, json]).toEqual([400, plainError('Year must be a number')]);
    }
    const unknown = await api.internal(`/service/${api.ids.uuid()}/${path}?year=2016`);
    expect([unknown.status, unknown.json]).toEqual([404, plainError('No result found')]);
  });
});

describe('notifications-statistics', () => {
  it('has a row for each day with messages, the newest first', async () => {
    await workedExample();
    const day = (date: string, emails: number[], texts: number[]): object => ({
      day: date,
      service: serviceId,
      ...{ emails_requested: emails[0], emails_delivered: emails[1], emails_failed: emails[2] },
      ...{ sms_requested: texts[0], sms_delivered: texts[1], sms_failed: texts[2] },
    });
    expect((await get('notifications-statistics?limit_days=7')).json).toEqual({
      data: [
        day('2018-10-31', [1, 1, 0], [3, 1, 0]),
        day('2018-10-29', [3, 3, 0], [11, 10, 0]),
        day('2018-10-26', [0, 0, 0], [0, 0, 0]),
        day('2018-10-24', [0, 0, 0], [8, 8, 0]),
      ],
    });
  });

  it.each(['notifications-statistics', 'statistics', 'notifications/count'])('%s refuses odd days', async (path) => {
    const odd = await get(`${path}?limit_days=foo`);
    expect([odd.status, odd.json.message]).toEqual([400, { limit_days: ['foo is not an integer'] }]);
    for (const days of ['-1', '3651']) {
      const { status, json } = await get(`${path}?limit_days=${days}`);
      expect([status, json.message]).toEqual([400, { limit_days: ['limit_days must be between 0 and 3650'] }]);
    }
    expect((await get('notifications/count?template_type=pigeon')).status).toBe(400);
  });
});

describe('platform-stats', () => {
  const none = {
    total: 0,
    'test-key': 0,
    failures: { 'technical-failure': 0, 'permanent-failure': 0, 'temporary-failure': 0, 'virus-scan-failed': 0 },
  };

  it('is of today, of all services, with what test keys sent', async () => {
    await rows('sms', 'delivered', 2);
    await rows('sms', 'technical-failure');
    await rows('letter', 'virus-scan-failed', 3);
    await rows('letter', 'validation-failed');
    await insertRows(api, templates.email, {
      keyType: 'test' satisfies KeyType,
      status: 'permanent-failure',
      count: 4,
    });
    const other = await aTemplate(api, (await aService(api)).id);
    await insertRows(api, other, { status: 'temporary-failure' });
    expect((await api.internal('/platform-stats')).json).toEqual({
      email: { ...none, 'test-key': 4 },
      sms: { ...none, total: 4, failures: { ...none.failures, 'technical-failure': 1, 'temporary-failure': 1 } },
      letter: { ...none, total: 4, failures: { ...none.failures, 'virus-scan-failed': 3 } },
    });
  });

  it('is of the days from one to the other', async () => {
    await countDays(api, '2018-10-01', '2018-10-30');
    await facts('2018-10-27 sms delivered 1', '2018-10-28 sms delivered 2', '2018-10-29 sms permanent-failure 4');
    await facts('2018-10-30 sms delivered 8');
    await rows('sms', 'delivered', 16);
    await insertRows(api, templates.sms, { keyType: 'test' });
    const past = (await api.internal('/platform-stats?start_date=2018-10-28&end_date=2018-10-29')).json;
    expect(past.sms).toEqual({ ...none, total: 6, failures: { ...none.failures, 'permanent-failure': 4 } });
    const open = (await api.internal('/platform-stats?start_date=2018-10-28')).json;
    expect(open.sms).toMatchObject({ total: 30, 'test-key': 1 });
  });

  it.each([
    ['start_date=2018-02-30', 'Input must be a date in the format: YYYY-MM-DD'],
    ['end_date=yesterday', 'Input must be a date in the format: YYYY-MM-DD'],
    ['start_date=2018-10-02&end_date=2018-10-01', 'Start date must be before end date'],
    ['start_date=0001-01-01', 'Dates must be at most 3650 days apart'],
  ])('refuses %s', async (query, message) => {
    const { status, json } = await api.internal(`/platform-stats?${query}`);
    expect([status, json]).toEqual([400, plainError(message)]);
  });
});

describe('detailed services', () => {
  it('show the last week of one, or its day', async () => {
    await workedExample();
    const detailed = (await api.internal(`/service/${serviceId}?detailed=True`)).json.data;
    expect(detailed).toMatchObject({ id: serviceId, statistics: { sms: figures(22, 19, 0), email: figures(4, 4, 0) } });
    const today = (await api.internal(`/service/${serviceId}?detailed=True&today_only=True`)).json.data;
    expect(today.statistics.sms).toEqual(figures(3, 1, 0));
    expect((await api.internal(`/service/${serviceId}`)).json.data).not.toHaveProperty('statistics');
  });

  it('show all of them by days', async () => {
    await workedExample();
    const idle = await aService(api);
    const list = async (query: string): Promise<ApiAnswer['json'][]> =>
      (await api.internal(`/service?detailed=True${query}`)).json.data;
    const mine = async (query: string): Promise<ApiAnswer['json']> =>
      (await list(query)).find(({ id }) => id === serviceId);
    expect((await mine('')).statistics.sms).toEqual(figures(12, 1, 0));
    const { name, statistics, ...rest } = await mine('&include_from_test_key=False');
    expect(statistics).toEqual({ email: figures(1, 1, 0), sms: figures(3, 1, 0), letter: figures(0, 0, 0) });
    const created_at = '2018-10-31T18:00:00.000000Z';
    const settings = { restricted: false, active: true, created_at };
    expect([typeof name, rest]).toEqual(['string', { id: serviceId, notification_type: 'sms', ...settings }]);
    const past = await mine('&start_date=2018-10-24&end_date=2018-10-26');
    expect(past.statistics).toEqual({ email: figures(0, 0, 0), sms: figures(8, 8, 0), letter: figures(5, 5, 0) });
    const without = (await list('&only_active=True')).find(({ id }) => id === idle.id);
    expect(without).toMatchObject({ notification_type: null, statistics: { sms: figures(0, 0, 0) } });
    expect((await api.internal('/service?detailed=True&start_date=soon')).status).toBe(400);
  });
});
