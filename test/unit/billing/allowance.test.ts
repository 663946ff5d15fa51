import { describe, expect, it } from 'vitest';
import { assertBillingYear, firstAllowance } from '../../../src/lib/billing/allowance.ts';

describe('the first allowance of a year', () => {
  const basis = { serviceId: 'a', defaultLimit: 20_000, unitsLastYear: 0, customLimitLastYear: null };

  it.each([
    ['is the default', {}, { limit: 20_000, isHighVolume: false, isCustom: false }],
    ['is the default just below high volume', { unitsLastYear: 299_999 }, { limit: 20_000, isHighVolume: false }],
    ['is nothing after high volume', { unitsLastYear: 300_000 }, { limit: 0, isHighVolume: true, isCustom: false }],
    ['is what was set the year before', { customLimitLastYear: 7 }, { limit: 7, isHighVolume: false, isCustom: true }],
    ['is none when that was set', { customLimitLastYear: 0 }, { limit: 0, isHighVolume: false, isCustom: true }],
    [
      'is nothing after high volume, whatever was set',
      { customLimitLastYear: 7, unitsLastYear: 1_000_000 },
      { limit: 0, isHighVolume: true, isCustom: false },
    ],
  ])('%s', (_, changes, expected) => {
    const allowance = firstAllowance({ ...basis, ...changes }, 2026);
    expect(allowance).toMatchObject({ serviceId: 'a', year: 2026, ...expected });
  });
});

describe('a year', () => {
  // 23:30 UTC of 31 March is 1 April in London.
  const now = new Date('2026-03-31T23:30:00Z');

  it.each([2016, 2020, 2026])('may be %i', (year) => {
    expect(() => assertBillingYear(year, now)).not.toThrow();
  });

  it.each([2015, 2027, 0, -1, 2020.5, Number.NaN])('may not be %d', (year) => {
    expect(() => assertBillingYear(year, now)).toThrow(`year is ${year}: expected 2016 to 2026`);
  });
});
