import { expect, test } from 'vitest';
import {
  internationalRate,
  internationalRates,
  prefixHasDeliveryReports,
  ratePrefix,
} from '../../../src/lib/recipients/international-rates.ts';

test('the table has the totals of its source', () => {
  const rates = internationalRates();
  expect(rates).toHaveLength(223);
  expect(rates.filter(({ smsAlphaSender }) => !smsAlphaSender)).toHaveLength(42);
  expect(rates.filter(({ hasDeliveryReports }) => hasDeliveryReports)).toHaveLength(152);
  expect(rates.every(({ rateMultiplier }) => rateMultiplier >= 1 && rateMultiplier <= 12)).toBe(true);
});

test.each([
  ['44', { prefix: '44', rateMultiplier: 2, smsAlphaSender: true, hasDeliveryReports: true }],
  ['1', { prefix: '1', rateMultiplier: 1, smsAlphaSender: false, hasDeliveryReports: false }],
  ['1664', { prefix: '1664', rateMultiplier: 6, smsAlphaSender: false, hasDeliveryReports: true }],
  ['49', { prefix: '49', rateMultiplier: 5, smsAlphaSender: true, hasDeliveryReports: true }],
  ['247', null],
  ['', null],
])('prefix %j', (prefix, rate) => {
  expect(internationalRate(prefix)).toEqual(rate);
});

test.each([
  ['16644913789', '1', '1664'],
  ['12025550104', '1', '1'],
  ['447723456789', '44', '44'],
])('%s is charged under %s or what is inside it: %s', (normalised, countryCode, prefix) => {
  expect(ratePrefix(normalised, countryCode)).toBe(prefix);
});

test('receipts from an unknown prefix are not believed', () => {
  expect(prefixHasDeliveryReports('33')).toBe(true);
  expect(prefixHasDeliveryReports('84')).toBe(false);
  expect(prefixHasDeliveryReports('247')).toBe(false);
});
