import { describe, expect, it } from 'vitest';
import { addPounds, atLeastPence, multiplyPounds, poundsInWords } from '../../../src/lib/billing/pounds.ts';

describe('pounds', () => {
  it.each([
    ['0.0233', 3, '0.0699'],
    ['0.33', 100, '33'],
    ['1.80', 2, '3.6'],
    ['0.1', 0, '0'],
    ['10', 10, '100'],
    ['0.000001', 1, '0.000001'],
    ['0.0227', 9_007_199_254_740_991, '204463423082620.4957'],
  ])('%s times %i', (rate, units, expected) => {
    expect(multiplyPounds(rate, units)).toBe(expected);
  });

  it.each<[string[], string]>([
    [[], '0'],
    [['0.1', '0.2'], '0.3'],
    [['0.045', '1', '0.955'], '2'],
    [['100', '0.0001'], '100.0001'],
  ])('%j together', (amounts, expected) => {
    expect(addPounds(amounts)).toBe(expected);
  });

  it.each([
    ['0.73', '73p', '0.73'],
    ['0.638', '63.8p', '0.638'],
    ['0.3', '30p', '0.30'],
    ['1', '£1.00', '1.00'],
    ['1.8', '£1.80', '1.80'],
    ['0', '0p', '0.00'],
  ])('%s for people', (amount, words, pence) => {
    expect([poundsInWords(amount), atLeastPence(amount)]).toEqual([words, pence]);
  });
});
