/** The table of the public API sheet, §7.1. */
import { describe, expect, it } from 'vitest';
import { createPriceList, type Prices } from '../../../src/lib/billing/price-list.ts';
import { costOf } from '../../../src/lib/notifications/notification-cost.ts';
import type { NotificationStatus } from '../../../src/lib/notifications/notification-status.ts';

const prices: Prices = {
  ofText: () => 0.0227,
  ofLetter: ({ sheets, postage, crown }) => (postage === 'second' && crown !== false ? 0.7 + sheets / 100 : null),
};
const message = {
  status: 'delivered',
  billableUnits: 1,
  rateMultiplier: 1,
  postage: null,
  createdAt: new Date('2024-06-01T12:00:00Z'),
} as const;
const basis = { prices, crown: null };
const notReady = { cost_details: {}, cost_in_pounds: null, is_cost_data_ready: false };

describe('the cost of an email', () => {
  it('is nothing', () => {
    const cost = costOf({ ...message, notificationType: 'email', status: 'created', billableUnits: 0 }, basis);
    expect(cost).toEqual({ cost_details: {}, cost_in_pounds: 0, is_cost_data_ready: true });
  });
});

describe('the cost of a text', () => {
  const text = { ...message, notificationType: 'sms' } as const;

  it.each([
    [1, 1, 0.0227],
    [3, 1, 0.0681],
    [3, 7, 0.4767],
    [2, null, 0.0454],
    [0, 1, 0],
  ])('of %i fragments, times %s, is %d', (billableUnits, rateMultiplier, pounds) => {
    expect(costOf({ ...text, billableUnits, rateMultiplier }, basis)).toEqual({
      cost_details: {
        billable_sms_fragments: billableUnits,
        international_rate_multiplier: rateMultiplier ?? 1,
        sms_rate: 0.0227,
      },
      cost_in_pounds: pounds,
      is_cost_data_ready: true,
    });
  });

  it('is known as soon as its fragments are', () => {
    expect(costOf({ ...text, status: 'created', billableUnits: 0 }, basis)).toEqual(notReady);
    expect(costOf({ ...text, status: 'created', billableUnits: 1 }, basis)).toMatchObject({ cost_in_pounds: 0.0227 });
  });

  it('is not known without a rate', () => {
    expect(costOf(text, { ...basis, prices: { ...prices, ofText: () => null } })).toEqual(notReady);
  });
});

describe('the cost of a letter', () => {
  const letter = { ...message, notificationType: 'letter', postage: 'second', billableUnits: 2 } as const;

  it.each<[NotificationStatus, number, object]>([
    ['pending-virus-check', 0, notReady],
    ['pending-virus-check', 2, notReady],
    ['created', 0, notReady],
    ['created', 2, { cost_in_pounds: 0.72 }],
    ['sending', 2, { cost_in_pounds: 0.72 }],
    ['delivered', 2, { cost_details: { billable_sheets_of_paper: 2, postage: 'second' }, cost_in_pounds: 0.72 }],
    ['returned-letter', 1, { cost_details: { billable_sheets_of_paper: 1, postage: 'second' }, cost_in_pounds: 0.71 }],
    ['cancelled', 2, { cost_details: { billable_sheets_of_paper: 0, postage: 'second' }, cost_in_pounds: 0 }],
    ['technical-failure', 2, { cost_in_pounds: 0, is_cost_data_ready: true }],
    ['validation-failed', 0, { cost_in_pounds: 0, is_cost_data_ready: true }],
    ['virus-scan-failed', 0, { cost_in_pounds: 0, is_cost_data_ready: true }],
  ])('in %s, of %i sheets', (status, billableUnits, expected) => {
    expect(costOf({ ...letter, status, billableUnits }, basis)).toMatchObject(expected);
  });

  it('depends on the service and the postage; without a rate it is not known', () => {
    expect(costOf(letter, { prices, crown: true })).toMatchObject({ cost_in_pounds: 0.72 });
    expect(costOf(letter, { prices, crown: false })).toEqual(notReady);
    expect(costOf({ ...letter, postage: 'first' }, basis)).toEqual(notReady);
  });
});

describe('the price list', () => {
  const smsRates = [
    { validFrom: new Date('2024-03-31T23:00:00Z'), rate: 0.0227 },
    { validFrom: new Date('2025-03-31T23:00:00Z'), rate: 0.0233 },
  ];
  const letterRates = [
    { startDate: new Date('2024-03-31T23:00:00Z'), sheetCount: 1, postClass: 'second', crown: true, rate: 0.6 },
    { startDate: new Date('2024-10-01T12:00:00Z'), sheetCount: 1, postClass: 'second', crown: true, rate: 0.7 },
  ];
  let reads = 0;
  const db = {
    query: async (statement: unknown) => {
      reads += 1;
      const isLetter = JSON.stringify(statement).includes('letter_rates');
      return { rows: isLetter ? letterRates : smsRates } as never;
    },
  };

  it.each([
    ['2024-03-31T22:59:59Z', null],
    ['2024-03-31T23:00:00Z', 0.0227],
    ['2025-03-31T22:59:59.999Z', 0.0227],
    ['2025-03-31T23:00:00Z', 0.0233],
    ['2026-12-01T00:00:00Z', 0.0233],
  ])('has the rate of the day: %s', async (at, rate) => {
    const list = await createPriceList({ db, clock: { now: () => new Date(0) } }).read();
    // Whatever was asked before.
    list.ofText(new Date('2026-01-01'));
    expect(list.ofText(new Date(at))).toBe(rate);
  });

  it('changes at midnight, whenever in the day a rate begins', async () => {
    const list = await createPriceList({ db, clock: { now: () => new Date(0) } }).read();
    const rateAt = (at: string, crown: boolean | null = null): number | null =>
      list.ofLetter({ createdAt: new Date(at), sheets: 1, postage: 'second', crown });
    expect([rateAt('2024-10-01T13:00:00Z'), rateAt('2024-10-01T23:00:00Z')]).toEqual([0.6, 0.7]);
    expect(rateAt('2024-10-01T13:00:00Z', false)).toBeNull();
    expect(list.ofLetter({ createdAt: new Date('2024-10-01'), sheets: 0, postage: null, crown: null })).toBe(0);
  });

  it('is read once a minute, and again after a failure', async () => {
    let now = 1_000_000;
    let isBroken = true;
    const failing = {
      query: (statement: unknown) => (isBroken ? Promise.reject(new Error('away')) : db.query(statement)),
    };
    const list = createPriceList({ db: failing, clock: { now: () => new Date(now) } });
    await expect(list.read()).rejects.toThrow('away');
    isBroken = false;
    reads = 0;
    await Promise.all([list.read(), list.read()]);
    now += 59_999;
    await list.read();
    expect(reads).toBe(2);
    now += 1;
    await list.read();
    expect(reads).toBe(4);
  });
});
