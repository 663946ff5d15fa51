/** Usage and free allowances of a service (data sheet §5.2, admin API sheet §4.13). */
import { beforeEach, describe, expect, it } from 'vitest';
import { setAllowance } from '../../src/lib/billing/set-allowance.ts';
import { newServicePermissions } from '../../src/lib/services/service.ts';
import { updateService } from '../../src/lib/services/update-service.ts';
import type { Template, TemplateType } from '../../src/lib/templates/template.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { insertBillingFact, type BillingFact } from '../support/usage-facts.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { insertRows } from './notification-rows.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2017-06-01T12:00:00Z');
const api = useInternalApi({ clock });

let serviceId: string;
let templates: Record<TemplateType, Template>;
beforeEach(async () => {
  clock.set('2017-06-01T12:00:00Z');
  await api.db.query('TRUNCATE notifications, ft_billing, annual_billing');
  serviceId = (await aService(api, { permissions: [...newServicePermissions] })).id;
  templates = {
    sms: await aTemplate(api, serviceId),
    email: await aTemplate(api, serviceId, { templateType: 'email' }),
    letter: await aTemplate(api, serviceId, { templateType: 'letter' }),
  };
});

const get = (path: string): Promise<ApiAnswer> => api.internal(`/service/${serviceId}/billing/${path}`);
const fact = (type: TemplateType, of: BillingFact): Promise<void> => insertBillingFact(api, templates[type], of);

/** The worked example of the data sheet, §5.2. */
async function workedExample(limit: number): Promise<void> {
  await setAllowance(api, { serviceId, year: 2016, limit });
  await fact('sms', { day: '2016-05-16', units: 1, rate: 0.162 });
  await fact('sms', { day: '2016-05-16', units: 2, multiplier: 2, rate: 0.162 });
  await fact('sms', { day: '2016-05-17', units: 2, multiplier: 2, rate: 0.015 });
  await fact('letter', { day: '2016-05-16', units: 1, messages: 1, rate: 0.33, postage: 'second' });
  await fact('letter', { day: '2016-05-16', units: 4, messages: 2, rate: 0.36, postage: 'second' });
  await fact('email', { day: '2016-05-16', messages: 7 });
}

const line = (of: object): object => ({
  chargeable_units: 0,
  notifications_sent: 1,
  rate: 0,
  cost: 0,
  free_allowance_used: 0,
  charged_units: 0,
  ...of,
});
const sms = (of: object): object => line({ notification_type: 'sms', ...of });
const letter = (of: object): object => line({ notification_type: 'letter', ...of });

describe('usage by month', () => {
  it('charges what is beyond the allowance, in the order of the days', async () => {
    await workedExample(6);
    const { status, json } = await get('monthly-usage?year=2016');
    expect(status).toBe(200);
    const may = { month: 'May', postage: 'none' };
    expect(json).toEqual([
      sms({ ...may, rate: 0.015, chargeable_units: 4, free_allowance_used: 1, charged_units: 3, cost: 0.045 }),
      sms({ ...may, rate: 0.162, notifications_sent: 2, chargeable_units: 5, free_allowance_used: 5 }),
      letter({ month: 'May', postage: 'second', rate: 0.33, chargeable_units: 1, charged_units: 1, cost: 0.33 }),
      letter({
        ...{ month: 'May', postage: 'second', rate: 0.36, cost: 0.72 },
        ...{ notifications_sent: 2, chargeable_units: 2, charged_units: 2 },
      }),
    ]);
  });

  it('is of financial years in London, both ends included', async () => {
    await setAllowance(api, { serviceId, year: 2016, limit: 3 });
    for (const [day, units] of [
      ['2016-03-31', 100],
      ['2016-04-01', 2],
      ['2017-03-31', 2],
      ['2017-04-01', 100],
    ] as const)
      await fact('sms', { day, units, rate: 0.1 });
    expect((await get('monthly-usage?year=2016')).json).toMatchObject([
      { month: 'April', chargeable_units: 2, free_allowance_used: 2, charged_units: 0, cost: 0 },
      { month: 'March', chargeable_units: 2, free_allowance_used: 1, charged_units: 1, cost: 0.1 },
    ]);
  });

  it('uses the allowance up rate by rate on a day, whatever the templates', async () => {
    await setAllowance(api, { serviceId, year: 2016, limit: 4 });
    const other = await aTemplate(api, serviceId);
    await insertBillingFact(api, other, { day: '2016-05-16', units: 3, rate: 0.02 });
    await fact('sms', { day: '2016-05-16', units: 3, rate: 0.03 });
    await fact('sms', { day: '2016-05-16', units: 2, rate: 0.02, provider: 'firetext' });
    expect((await get('monthly-usage?year=2016')).json).toMatchObject([
      { rate: 0.02, chargeable_units: 5, free_allowance_used: 4, cost: 0.02 },
      { rate: 0.03, chargeable_units: 3, free_allowance_used: 0, cost: 0.09 },
    ]);
  });

  it('counts today first, and nothing of other services', async () => {
    const today = { status: 'delivered', sentBy: 'mmg', billableUnits: 2, rateMultiplier: 3 } as const;
    await insertRows(api, templates.sms, today);
    await insertRows(api, await aTemplate(api, (await aService(api)).id), today);
    const usage = [{ month: 'June', notification_type: 'sms', chargeable_units: 6, free_allowance_used: 6, cost: 0 }];
    expect((await get('monthly-usage?year=2017')).json).toMatchObject(usage);
    await insertRows(api, templates.sms, today);
    expect((await get('monthly-usage?year=2017')).json).toMatchObject([{ chargeable_units: 12 }]);
    // Of a year that is over, nothing changes any more.
    clock.set('2018-04-01T12:00:00Z');
    expect((await get('monthly-usage?year=2017')).json).toMatchObject([{ chargeable_units: 12 }]);
  });

  it('counts of today only what the service may send', async () => {
    await updateService(api, { serviceId, removePermissions: ['sms'] });
    await insertRows(api, templates.sms, { status: 'delivered', billableUnits: 1 });
    expect((await get('monthly-usage?year=2017')).json).toEqual([]);
  });

  it('leaves out what no rate is known for', async () => {
    await fact('sms', { day: '2017-05-31', units: 1, rate: 0.0158 });
    await insertRows(api, templates.letter, { status: 'delivered', billableUnits: 77, postage: 'second' });
    const { status, json } = await get('monthly-usage?year=2017');
    expect([status, json]).toMatchObject([200, [{ month: 'May', notification_type: 'sms' }]]);
  });
});

describe('the usage of a year', () => {
  it('has emails, and no months and postages', async () => {
    await workedExample(6);
    await fact('letter', { day: '2016-09-01', units: 1, rate: 0.33, postage: 'first' });
    await fact('email', { day: '2016-12-01', messages: 3 });
    const { status, json } = await get('yearly-usage-summary?year=2016');
    expect([status, json]).toEqual([
      200,
      [
        line({ notification_type: 'email', notifications_sent: 10 }),
        sms({ rate: 0.015, chargeable_units: 4, free_allowance_used: 1, charged_units: 3, cost: 0.045 }),
        sms({ rate: 0.162, notifications_sent: 2, chargeable_units: 5, free_allowance_used: 5 }),
        letter({ rate: 0.33, notifications_sent: 2, chargeable_units: 2, charged_units: 2, cost: 0.66 }),
        letter({ rate: 0.36, notifications_sent: 2, chargeable_units: 2, charged_units: 2, cost: 0.72 }),
      ],
    ]);
  });

  it('is free up to the allowance', async () => {
    await setAllowance(api, { serviceId, year: 2016, limit: 1 });
    await fact('sms', { day: '2016-05-16', units: 2, multiplier: 2, rate: 0.162 });
    expect((await get('yearly-usage-summary?year=2016')).json).toEqual([
      sms({ rate: 0.162, chargeable_units: 4, free_allowance_used: 1, charged_units: 3, cost: 0.486 }),
    ]);
  });

  it('makes the allowance first', async () => {
    await fact('sms', { day: '2016-05-16', units: 25_001, rate: 0.5 });
    expect((await get('yearly-usage-summary?year=2016')).json).toMatchObject([
      { free_allowance_used: 25_000, charged_units: 1, cost: 0.5 },
    ]);
    expect((await api.db.query('SELECT FROM annual_billing')).rowCount).toBe(1);
  });

  it('counts today first, once a minute', async () => {
    const units = async (): Promise<number[]> =>
      (await get('yearly-usage-summary?year=2017')).json.map(
        (each: { chargeable_units: number }) => each.chargeable_units,
      );
    const send = (): Promise<string> => insertRows(api, templates.sms, { status: 'delivered', billableUnits: 1 });
    expect(await units()).toEqual([]);
    await send();
    expect(await units()).toEqual([1]);
    await send();
    clock.advance(59_999);
    expect(await units()).toEqual([1]);
    clock.advance(1);
    expect(await units()).toEqual([2]);
  });
});

describe('a year', () => {
  it.each(['monthly-usage', 'yearly-usage-summary'])('is needed for %s', async (path) => {
    for (const query of ['', '?year=', '?year=abc', '?year=2015', '?year=2018', '?year=99999999999999999999']) {
      const { status, json } = await get(`${path}${query}`);
      expect([status, json]).toEqual([400, plainError('No valid year provided')]);
    }
  });
});

describe('the free allowance', () => {
  const path = 'free-sms-fragment-limit';
  const post = (body: object): Promise<ApiAnswer> =>
    api.internal(`/service/${serviceId}/billing/${path}`, { method: 'POST', body });

  it('is the default of the year before somebody sets it', async () => {
    expect((await get(path)).json).toEqual({ free_sms_fragment_limit: 25_000, financial_year_start: 2017 });
    const before = await get(`${path}?financial_year_start=2016`);
    expect(before.json).toEqual({ free_sms_fragment_limit: 25_000, financial_year_start: 2016 });
  });

  it('is set for this year, as a custom one', async () => {
    const { status, json } = await post({ free_sms_fragment_limit: 9999 });
    expect([status, json]).toEqual([201, { free_sms_fragment_limit: 9999 }]);
    expect((await get(path)).json).toEqual({ free_sms_fragment_limit: 9999, financial_year_start: 2017 });
    const { rows } = await api.db.query('SELECT has_custom_allowance AS custom FROM annual_billing');
    expect(rows).toEqual([{ custom: true }]);
    await post({ free_sms_fragment_limit: 25_000 });
    const again = await api.db.query('SELECT has_custom_allowance AS custom FROM annual_billing');
    expect(again.rows).toEqual([{ custom: false }]);
  });

  it('is set for the year that is named', async () => {
    const body = { free_sms_fragment_limit: 0, financial_year_start: 2016 };
    expect((await post(body)).json).toEqual(body);
    expect((await get(`${path}?financial_year_start=2016`)).json).toEqual(body);
    expect((await get(path)).json).toMatchObject({ financial_year_start: 2017 });
  });

  it.each(['2015', '2018', 'x'])('is none of %s', async (year) => {
    const { status, json } = await get(`${path}?financial_year_start=${year}`);
    expect([status, json]).toEqual([400, plainError('No valid year provided')]);
  });

  it.each<[object, string]>([
    [{}, 'free_sms_fragment_limit is a required property'],
    [{ free_sms_fragment_limit: 'many' }, 'free_sms_fragment_limit many is not of type integer'],
    [{ free_sms_fragment_limit: 1.5 }, 'free_sms_fragment_limit 1.5 is not of type integer'],
    [{ free_sms_fragment_limit: -1 }, 'free_sms_fragment_limit -1 is less than the minimum of 0'],
    [
      { free_sms_fragment_limit: 2_147_483_648 },
      'free_sms_fragment_limit 2147483648 is greater than the maximum of 2147483647',
    ],
  ])('is not set by %j', async (body, message) => {
    const { status, json } = await post(body);
    expect([status, json]).toEqual([400, { status_code: 400, errors: [{ error: 'ValidationError', message }] }]);
  });

  it('is not set for a year that has not begun', async () => {
    const { status, json } = await post({ free_sms_fragment_limit: 1, financial_year_start: 2018 });
    expect([status, json]).toEqual([400, plainError('No valid year provided')]);
  });
});
