import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { billingYear } from '../../src/lib/billing/allowance.ts';
import { setAllowance } from '../../src/lib/billing/set-allowance.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { insertRows } from '../server/notification-rows.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';
import { insertBillingFact } from '../support/usage-facts.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify, resultOf, textOf, expectError } = commandsOn(app);
const year = billingYear(new Date());

let serviceId: string;
let [texts, letters]: Template[] = [];
beforeEach(async () => {
  await app.db.query('TRUNCATE notifications, ft_billing, annual_billing, ft_billing_letter_despatch');
  await app.db.query('UPDATE services SET active = false');
  serviceId = (await aService(app, { name: `"Ann", ${randomUUID()}` })).id;
  texts = await aTemplate(app, serviceId);
  letters = await aTemplate(app, serviceId, { templateType: 'letter' });
});

describe('billing allowance', () => {
  const allowance = (...flags: string[]): string[] => ['billing', 'allowance', serviceId, ...flags];

  it('shows what a service sends free of charge', async () => {
    expect(await resultOf(allowance('--year', '2020'))).toEqual({
      service_id: serviceId,
      year: 2020,
      free_sms_fragment_limit: 25_000,
      has_custom_allowance: false,
      high_volume_service_last_year: false,
    });
    expect(await textOf(allowance('--year', '2020'))).toBe('Free in 2020: 25,000 units of texts, by default.\n');
    expect(await resultOf(allowance())).toMatchObject({ year });
  });

  it('sets it, and takes it back', async () => {
    const custom = { free_sms_fragment_limit: 0, has_custom_allowance: true };
    expect(await resultOf(allowance('--year', '2020', '--set', '0'))).toMatchObject(custom);
    expect(await textOf(allowance('--year', '2021'))).toBe('Free in 2021: 0 units of texts, set for this service.\n');
    const usual = { free_sms_fragment_limit: 25_000, has_custom_allowance: false };
    expect(await resultOf(allowance('--year', '2020', '--default'))).toMatchObject(usual);
  });

  it('says when there is none for what was sent the year before', async () => {
    await insertBillingFact(app, texts!, { day: '2019-05-01', units: 300_000 });
    const text = await textOf(allowance('--year', '2020'));
    expect(text).toBe('Free in 2020: 0 units of texts, after a year of high volume.\n');
  });

  it.each([
    [['--year', '2015'], 'VALIDATION_FAILED', `--year is 2015: expected 2016 to ${year}`],
    [['--year', 'next'], 'USAGE_INVALID', "--year is 'next': expected a year such as 2026"],
    [['--set', '2147483648'], 'VALIDATION_FAILED', '--set is 2147483648: expected'],
    [['--set', '1', '--default'], 'USAGE_INVALID', /^--default and --set exclude each other$/],
  ])('refuses %j', async (flags, code, message) => {
    await expectError(allowance(...flags), 2, { code, message: expect.stringMatching(message) as string });
  });

  it('knows no service of another id', async () => {
    await expectError(['billing', 'allowance', randomUUID()], 5, { code: 'NOT_FOUND' });
  });
});

describe('billing allowances', () => {
  const fill = (...flags: string[]): string[] => ['billing', 'allowances', '--year', '2020', ...flags];

  it('shows what it would give, gives it, and leaves what there is', async () => {
    const custom = (await aService(app)).id;
    await setAllowance(app, { serviceId: custom, year: 2019, limit: 9 });
    const counts = { year: 2020, by_default: 1, custom: 1, high_volume: 0 };
    expect(await resultOf(fill('--dry-run'), { status: 'planned' })).toEqual({ dry_run: true, ...counts });
    expect(await resultOf(fill('--yes'))).toEqual({ dry_run: false, ...counts });
    const { rows } = await app.db.query(
      'SELECT free_sms_fragment_limit AS units FROM annual_billing WHERE financial_year_start = 2020 ORDER BY 1',
    );
    expect(rows).toEqual([{ units: 9 }, { units: 25_000 }]);
    expect(await textOf(fill())).toBe('All services have their allowance of 2020.\n');
  });

  it('gives nothing unless it is confirmed', async () => {
    const message = 'Give 1 service their allowance of 2020? Nothing was done.';
    await expectError(fill(), 4, { code: 'CONFIRMATION_NEEDED', message });
    expect((await app.db.query('SELECT FROM annual_billing')).rowCount).toBe(0);
  });

  it('refuses a year that has not begun', async () => {
    await expectError(['billing', 'allowances', '--year', String(year + 1), '--yes'], 2, {
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining(`--year is ${year + 1}: expected 2016 to ${year}`) as string,
    });
  });
});

describe('billing usage', () => {
  const usage = (...flags: string[]): string[] => ['billing', 'usage', serviceId, ...flags];
  beforeEach(async () => {
    await setAllowance(app, { serviceId, year: 2016, limit: 6 });
    await insertBillingFact(app, texts!, { day: '2016-05-16', units: 5, rate: 0.162 });
    await insertBillingFact(app, texts!, { day: '2016-06-17', units: 2, multiplier: 2, rate: 0.015 });
    await insertBillingFact(app, letters!, { day: '2016-06-17', units: 4, messages: 2, rate: 0.36, postage: 'second' });
  });

  it('adds up a year', async () => {
    const { usage: lines, ...rest } = await resultOf(usage('--year', '2016'));
    expect(rest).toEqual({ service_id: serviceId, year: 2016, free_sms_fragment_limit: 6 });
    const text = { notification_type: 'sms', notifications_sent: 1 };
    expect(lines).toEqual([
      { ...text, chargeable_units: 4, free_allowance_used: 1, charged_units: 3, rate: 0.015, cost: 0.045 },
      { ...text, chargeable_units: 5, free_allowance_used: 5, charged_units: 0, rate: 0.162, cost: 0 },
      expect.objectContaining({ notification_type: 'letter', cost: 0.72 }),
    ]);
    const shown = await textOf(usage('--year', '2016'));
    expect(shown).toMatch(/^NOTIFICATION TYPE +NOTIFICATIONS SENT +CHARGEABLE UNITS/);
    expect(shown).toMatch(/\nsms +1 +4 +1 +3 +£0\.015 +£0\.045\n/);
    expect(shown).toMatch(/\nletter +2 +2 +0 +2 +£0\.36 +£0\.72\n/);
    expect(shown).toMatch(/\nFree in 2016: 6 units of texts.\n$/);
  });

  it('adds up months, as CSV and as JSON, too', async () => {
    const months = usage('--year', '2016', '--by', 'month');
    const { usage: lines } = await resultOf(months);
    expect(lines).toMatchObject([
      { month: '2016-05', postage: 'none', cost: 0 },
      { month: '2016-06', postage: 'none', cost: 0.045 },
      { month: '2016-06', postage: 'second', cost: 0.72 },
    ]);
    expect((await textOf([...months, '--format', 'csv'])).split('\r\n')).toEqual([
      'month,notification_type,postage,notifications_sent,chargeable_units,free_allowance_used,charged_units,rate,cost',
      '2016-05,sms,none,1,5,5,0,0.162,0',
      '2016-06,sms,none,1,4,1,3,0.015,0.045',
      '2016-06,letter,second,2,2,0,2,0.36,0.72',
      '',
    ]);
    expect(JSON.parse(await textOf([...months, '--format', 'json']))).toEqual(lines);
  });

  it('counts today first, and says what it cannot count', async () => {
    const sent = { status: 'delivered', billableUnits: 77, createdAt: new Date() } as const;
    await insertRows(app, texts!, sent);
    const today = { notification_type: 'sms', chargeable_units: 77 };
    expect(await resultOf(usage())).toMatchObject({ year, usage: [today] });
    await insertRows(app, letters!, { ...sent, postage: 'second' });
    const answer = await notify(usage('--by', 'month', '--json'));
    expect([answer.exitCode, answer.json().result]).toMatchObject([0, { usage: [today] }]);
    expect(answer.json().warnings).toEqual([
      expect.stringContaining('What was sent today is not counted. There is no rate for letters of'),
    ]);
  });

  it('says when nothing was sent', async () => {
    const text = await textOf(usage('--year', '2018'));
    expect(text).toBe('Nothing was sent. Free in 2018: 25,000 units of texts.\n');
    const csv = await textOf(usage('--year', '2018', '--format', 'csv'));
    expect(csv.split('\r\n')).toEqual([expect.stringMatching(/^notification_type,/), '']);
  });

  it('knows no service of another id', async () => {
    await expectError(['billing', 'usage', randomUUID()], 5, { code: 'NOT_FOUND' });
  });

  it('refuses a year that there are no rates of', async () => {
    const message = expect.stringContaining(`--year is 1999: expected 2016 to ${year}`) as string;
    await expectError(usage('--year', '1999'), 2, { code: 'VALIDATION_FAILED', message });
  });
});

describe('billing report', () => {
  const report = (name: string, ...flags: string[]): string[] => [
    ...['billing', 'report', name, '--from', '2020-05-01', '--to', '2020-05-31'],
    ...flags,
  ];
  beforeEach(async () => {
    await setAllowance(app, { serviceId, year: 2020, limit: 0 });
    await insertBillingFact(app, texts!, { day: '2020-05-01', units: 5, rate: 0.0158 });
    await insertBillingFact(app, letters!, { day: '2020-05-02', units: 1, rate: 0.35, postage: 'second' });
    await app.db.query(`INSERT INTO ft_billing_letter_despatch (bst_date, postage, cost_threshold, rate, billable_units,
      notifications_sent, created_at) VALUES ('2020-05-03', 'second', 'unsorted', 0.35, 1, 3, now())`);
    await app.db.query({
      text: `UPDATE services SET billing_reference = $2, purchase_order_number = $3 WHERE id = $1`,
      values: [serviceId, '=1+1', 'a "b",\nc'],
    });
  });

  it.each([
    ['billing', { sms_cost: 0.079, sms_chargeable_units: 5, letter_cost: 0.35, purchase_order_number: 'a "b",\nc' }],
    ['volumes', { day: '2020-05-01', sms_totals: 1, sms_chargeable_units: 5 }],
    ['volumes-by-service', { sms_notifications: 1, letter_totals: 1, free_allowance: 0 }],
    ['sms-providers', { day: '2020-05-01', provider: 'mmg', sms_cost: 0.079 }],
    ['letters', { date: '2020-05-03', letters: 3, cost: 1.05 }],
  ])('of %s has its rows, whose keys are its columns', async (name, row) => {
    const result = await resultOf(report(name));
    expect(result).toMatchObject({ report: name, start: '2020-05-01', end: '2020-05-31' });
    expect(result.rows[0]).toMatchObject(row);
    const [header] = (await textOf(report(name, '--format', 'csv'))).split('\r\n');
    expect(header).toBe(Object.keys(result.rows[0]).join(','));
    expect(JSON.parse(await textOf(report(name, '--format', 'json')))).toEqual(result.rows);
    expect((await textOf(report(name))).split('\n').length).toBe(result.rows.length + 2);
  });

  it('is CSV that programs read', async () => {
    const csv = await textOf(report('billing', '--format', 'csv'));
    expect(csv).toContain('"1 second class letters at 35p\n","a ""b"",\nc",,,=1+1\r\n');
    expect(csv).toMatch(/^organisation_id,.*\r\n,,[-0-9a-f]{36},"""Ann"", [-0-9a-f]{36}",0.079,5,1,0.35,/);
  });

  it.each([
    ['billing', / £0\.079 +5 +1 +£0\.35 /],
    ['volumes-by-service', / £0\.35\n/],
    ['sms-providers', / £0\.079\n/],
    ['letters', / £0\.35 +3 +£1\.05\n/],
  ])('of %s has pounds in its table', async (name, costs) => {
    expect(await textOf(report(name))).toMatch(costs);
  });

  it('says when there is nothing', async () => {
    const none = ['billing', 'report', 'volumes', '--from', '2019-05-01', '--to', '2019-05-31'];
    expect(await textOf(none)).toBe('There is nothing to report.\n');
    expect(await textOf([...none, '--format', 'csv'])).toMatch(/^day,.*\r\n$/);
  });

  it.each([
    [
      ['volumes', '--from', '2020-05-02', '--to', '2020-05-01'],
      'The last day is 2020-05-01: expected 2020-05-02 or later',
    ],
    [
      ['volumes', '--from', '2020-03-31', '--to', '2020-04-01'],
      '2020-03-31 and 2020-04-01 are not of one financial year: expected days from 1 April to 31 March',
    ],
    [['volumes', '--from', 'x', '--to', '2020-04-01'], "--from is 'x': expected a day such as 2026-01-31"],
  ])('refuses %j', async (args, message) => {
    await expectError(['billing', 'report', ...args], 2, { message });
  });

  it('knows no other report', async () => {
    await expectError(['billing', 'report', 'x', '--from', '2020-05-02', '--to', '2020-05-03'], 2, {
      code: 'USAGE_INVALID',
      message: "REPORT is 'x': expected one of billing, volumes, volumes-by-service, sms-providers, letters",
    });
  });
});
