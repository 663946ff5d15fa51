/** Reports of all services, and what messages cost now (admin API sheet §4.13). */
import { beforeEach, describe, expect, it } from 'vitest';
import { setAllowance } from '../../src/lib/billing/set-allowance.ts';
import type { Service } from '../../src/lib/services/service.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { insertBillingFact } from '../support/usage-facts.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-06-10T12:00:00Z');
const api = useInternalApi({ clock });

let [ann, bob]: Service[] = [];
let [texts, emails, letters, others]: Template[] = [];
beforeEach(async () => {
  clock.set('2026-06-10T12:00:00Z');
  await api.db.query('TRUNCATE ft_billing, annual_billing, ft_billing_letter_despatch');
  await api.db.query('UPDATE services SET active = false');
  ann = await aService(api, { name: `Ann ${api.ids.uuid()}` });
  bob = await aService(api, { name: `Bob ${api.ids.uuid()}` });
  texts = await aTemplate(api, ann.id);
  emails = await aTemplate(api, ann.id, { templateType: 'email' });
  letters = await aTemplate(api, ann.id, { templateType: 'letter' });
  others = await aTemplate(api, bob.id);
});

async function joinOrganisation({ id }: Service): Promise<string> {
  const organisationId = api.ids.uuid();
  await api.db.query({
    text: 'INSERT INTO organisation (id, name, created_at) VALUES ($1, $2, $3)',
    values: [organisationId, `Council ${organisationId}`, clock.now()],
  });
  await api.db.query({ text: 'UPDATE services SET organisation_id = $2 WHERE id = $1', values: [id, organisationId] });
  return organisationId;
}

const report = (name: string, start = '2026-05-01', end = '2026-05-31'): Promise<ApiAnswer> =>
  api.internal(`/platform-stats/${name}?start_date=${start}&end_date=${end}`);
const rowsOf = async (...args: Parameters<typeof report>): Promise<unknown> => (await report(...args)).json;
const fact = insertBillingFact;

describe('the report of bills', () => {
  it('has what services pay beyond their allowance, by organisation and name', async () => {
    await setAllowance(api, { serviceId: ann!.id, limit: 5 });
    await setAllowance(api, { serviceId: bob!.id, limit: 0 });
    const organisationId = await joinOrganisation(bob!);
    await api.db.query({
      text: `UPDATE services SET purchase_order_number = 'PO1', billing_contact_names = 'Cy',
        billing_contact_email_addresses = 'cy@example.gov.uk', billing_reference = 'R1' WHERE id = $1`,
      values: [ann!.id],
    });
    await fact(api, texts!, { day: '2026-04-30', units: 4, rate: 0.024 });
    await fact(api, texts!, { day: '2026-05-01', units: 1, multiplier: 3, rate: 0.024 });
    await fact(api, texts!, { day: '2026-06-01', units: 100, rate: 0.024 });
    await fact(api, letters!, { day: '2026-05-31', units: 4, messages: 2, rate: 0.77, postage: 'second' });
    await fact(api, letters!, { day: '2026-05-31', units: 1, messages: 1, rate: 1.8, postage: 'europe' });
    await fact(api, letters!, { day: '2026-05-30', units: 2, messages: 2, rate: 1.8, postage: 'rest-of-world' });
    await fact(api, letters!, { day: '2026-04-30', units: 1, messages: 1, rate: 0.73, postage: 'second' });
    await fact(api, others!, { day: '2026-05-02', units: 10, rate: 0.024 });
    expect(await rowsOf('data-for-billing-report')).toEqual([
      {
        organisation_id: organisationId,
        organisation_name: `Council ${organisationId}`,
        service_id: bob!.id,
        service_name: bob!.name,
        sms_cost: 0.24,
        sms_chargeable_units: 10,
        total_letters: 0,
        letter_cost: 0,
        letter_breakdown: '',
        purchase_order_number: null,
        contact_names: null,
        contact_email_addresses: null,
        billing_reference: null,
      },
      {
        organisation_id: null,
        organisation_name: null,
        service_id: ann!.id,
        service_name: ann!.name,
        sms_cost: 0.048,
        sms_chargeable_units: 2,
        total_letters: 5,
        letter_cost: 6.94,
        letter_breakdown: '3 international letters at £1.80\n2 second class letters at 77p\n',
        purchase_order_number: 'PO1',
        contact_names: 'Cy',
        contact_email_addresses: 'cy@example.gov.uk',
        billing_reference: 'R1',
      },
    ]);
  });

  it('leaves out who pays nothing, and makes allowances that there are none of', async () => {
    await fact(api, texts!, { day: '2026-05-01', units: 5000, rate: 0.024 });
    await fact(api, emails!, { day: '2026-05-01', messages: 10 });
    await fact(api, others!, { day: '2026-05-01', units: 5001, rate: 0.024 });
    expect(await rowsOf('data-for-billing-report')).toMatchObject([{ service_id: bob!.id, sms_cost: 0.024 }]);
  });

  it('has archived services, which pay for what they sent', async () => {
    await fact(api, others!, { day: '2026-05-01', units: 5001, rate: 0.024 });
    await api.db.query({ text: 'UPDATE services SET active = false WHERE id = $1', values: [bob!.id] });
    expect(await rowsOf('data-for-billing-report')).toMatchObject([{ service_id: bob!.id, sms_chargeable_units: 1 }]);
  });
});

describe('the report of despatched letters', () => {
  it('has a row for each day, postage, number of sheets and price', async () => {
    const insert = (day: string, ...values: unknown[]): Promise<unknown> =>
      api.db.query({
        text: `INSERT INTO ft_billing_letter_despatch (bst_date, postage, cost_threshold, rate, billable_units,
            notifications_sent, created_at) VALUES ($1::date, $2, $3, $4, $5, $6, now())`,
        values: [day, ...values],
      });
    await insert('2026-05-02', 'second', 'unsorted', 0.73, 1, 3);
    await insert('2026-05-02', 'second', 'sorted', 0.77, 2, 1);
    await insert('2026-05-01', 'first', 'unsorted', 1.56, 1, 1);
    await insert('2026-06-01', 'first', 'unsorted', 1.56, 1, 1);
    expect(await rowsOf('data-for-dvla-billing-report')).toEqual([
      {
        date: '2026-05-01',
        postage: 'first',
        cost_threshold: 'unsorted',
        sheets: 1,
        rate: 1.56,
        letters: 1,
        cost: 1.56,
      },
      {
        date: '2026-05-02',
        postage: 'second',
        cost_threshold: 'sorted',
        sheets: 2,
        rate: 0.77,
        letters: 1,
        cost: 0.77,
      },
      {
        date: '2026-05-02',
        postage: 'second',
        cost_threshold: 'unsorted',
        sheets: 1,
        rate: 0.73,
        letters: 3,
        cost: 2.19,
      },
    ]);
  });
});

describe('the reports of volumes', () => {
  beforeEach(async () => {
    await fact(api, texts!, { day: '2026-05-01', units: 4, messages: 2, multiplier: 3, rate: 0.024 });
    await fact(api, texts!, { day: '2026-05-01', units: 1, messages: 1, provider: 'firetext', rate: 0.024 });
    await fact(api, others!, { day: '2026-05-01', units: 5, messages: 5, rate: 0.024 });
    await fact(api, emails!, { day: '2026-05-01', messages: 7 });
    await fact(api, letters!, { day: '2026-05-03', units: 6, messages: 2, rate: 0.82, postage: 'second' });
    await fact(api, letters!, { day: '2026-06-01', units: 6, messages: 2, rate: 0.82, postage: 'second' });
  });

  it('add all services up by day', async () => {
    expect(await rowsOf('daily-volumes-report')).toEqual([
      {
        day: '2026-05-01',
        sms_totals: 8,
        sms_fragment_totals: 10,
        sms_chargeable_units: 18,
        email_totals: 7,
        letter_totals: 0,
        letter_sheet_totals: 0,
      },
      {
        day: '2026-05-03',
        sms_totals: 0,
        sms_fragment_totals: 0,
        sms_chargeable_units: 0,
        email_totals: 0,
        letter_totals: 2,
        letter_sheet_totals: 6,
      },
    ]);
  });

  it('tell providers of texts apart', async () => {
    const day = '2026-05-01';
    expect(await rowsOf('daily-sms-provider-volumes-report')).toEqual([
      { day, provider: 'firetext', sms_totals: 1, sms_fragment_totals: 1, sms_chargeable_units: 1, sms_cost: 0.024 },
      { day, provider: 'mmg', sms_totals: 7, sms_fragment_totals: 9, sms_chargeable_units: 17, sms_cost: 0.408 },
    ]);
  });

  it('list live services, and others that sent messages', async () => {
    const idle = await aService(api, { name: `Zoe ${api.ids.uuid()}` });
    const trial = await aService(api, { name: `Yan ${api.ids.uuid()}`, live: false });
    await aService(api, { name: `Quiet ${api.ids.uuid()}`, live: false });
    await fact(api, await aTemplate(api, trial.id), { day: '2026-05-31', units: 1, rate: 0.024 });
    const organisationId = await joinOrganisation(ann!);
    await setAllowance(api, { serviceId: ann!.id, limit: 3 });
    const none = { sms_notifications: 0, email_totals: 0, letter_totals: 0, letter_cost: 0, free_allowance: 5000 };
    const rows = await rowsOf('volumes-by-service');
    expect(rows).toMatchObject([
      {
        organisation_id: organisationId,
        service_id: ann!.id,
        free_allowance: 3,
        sms_notifications: 3,
        sms_chargeable_units: 13,
        email_totals: 7,
        letter_totals: 2,
        letter_sheet_totals: 6,
        letter_cost: 1.64,
      },
      { organisation_id: null, service_id: bob!.id, sms_notifications: 5, sms_chargeable_units: 5 },
      { service_id: trial.id, sms_notifications: 1 },
      { service_id: idle.id, ...none },
    ]);
    expect(Object.keys((rows as object[])[0]!)).toEqual([
      ...['organisation_id', 'organisation_name', 'service_id', 'service_name', 'free_allowance', 'sms_notifications'],
      ...['sms_chargeable_units', 'email_totals', 'letter_totals', 'letter_sheet_totals', 'letter_cost'],
    ]);
  });
});

describe.each([
  'data-for-billing-report',
  'data-for-dvla-billing-report',
  'daily-volumes-report',
  'daily-sms-provider-volumes-report',
  'volumes-by-service',
])('the days of %s', (name) => {
  it.each([
    ['start_date=2026-05-01', 'Input must be a date in the format: YYYY-MM-DD'],
    ['end_date=2026-05-01', 'Input must be a date in the format: YYYY-MM-DD'],
    ['start_date=2026-05-01&end_date=01-06-2026', 'Input must be a date in the format: YYYY-MM-DD'],
    ['start_date=2026-02-30&end_date=2026-03-01', 'Input must be a date in the format: YYYY-MM-DD'],
    ['start_date=2026-05-02&end_date=2026-05-01', 'Start date must be before end date'],
    ['start_date=2026-03-31&end_date=2026-04-01', 'Date must be in a single financial year.'],
  ])('are not %s', async (query, message) => {
    const { status, json } = await api.internal(`/platform-stats/${name}?${query}`);
    expect([status, json]).toEqual([400, plainError(message)]);
  });

  it('may be one', async () => {
    const { status, json } = await report(name, '2026-05-01', '2026-05-01');
    expect([status, Array.isArray(json)]).toEqual([200, true]);
  });
});

describe('what messages cost now', () => {
  it.each(['/letter-rates', '/letter-rates/'])('stands under %s for letters', async (path) => {
    const { status, json } = await api.internal(path);
    expect([status, json.length]).toEqual([200, 25]);
    const start = '2026-03-31T23:00:00.000000Z';
    expect(json).toContainEqual({ sheet_count: 1, start_date: start, rate: '0.73', post_class: 'second' });
    expect(json).toContainEqual({ sheet_count: 1, start_date: start, rate: '1.80', post_class: 'europe' });
    expect(json).toContainEqual({ sheet_count: 1, start_date: start, rate: '0.638', post_class: 'economy' });
  });

  it.each(['/sms-rate', '/sms-rate/'])('stands under %s for texts', async (path) => {
    expect((await api.internal(path)).json).toEqual({ rate: 0.024, valid_from: '2026-03-31T23:00:00.000000Z' });
    clock.set('2026-03-31T22:59:00Z');
    expect((await api.internal(path)).json).toMatchObject({ rate: 0.0233 });
  });
});

describe('the list of providers', () => {
  it('has the units of texts that each took this month', async () => {
    await fact(api, texts!, { day: '2026-05-31', units: 100 });
    await fact(api, texts!, { day: '2026-06-01', units: 4, multiplier: 2 });
    await fact(api, others!, { day: '2026-06-10', units: 1 });
    await fact(api, emails!, { day: '2026-06-10', messages: 9 });
    const { json } = await api.internal('/provider-details');
    const units = json.provider_details.flatMap((each: { identifier: string; current_month_billable_sms: number }) =>
      each.current_month_billable_sms === 0 ? [] : [[each.identifier, each.current_month_billable_sms]],
    );
    expect(units).toEqual([['mmg', 9]]);
  });
});
