import { describe, expect, it } from 'vitest';
import { toNationalNumber, toUserNumber } from '../../../src/lib/inbound/inbound-sms.ts';

describe('a number of ours', () => {
  it.each([
    ['447444444444', '07444444444'],
    ['07444444444', '07444444444'],
    ['444444444444', '04444444444'],
    ['74444', '74444'],
  ])('%s is stored as %s', (given, stored) => {
    expect(toNationalNumber(given)).toBe(stored);
  });
});

describe('a sender', () => {
  it.each([
    ['(+44)7999999999', '447999999999'],
    ['07999999999', '447999999999'],
    ['447999999999', '447999999999'],
    [' 07999 999 999 ', '447999999999'],
    ['+33612345678', '33612345678'],
    ['ALPHANUM3R1C', 'ALPHANUM3R1C'],
    ['80010', '80010'],
    ['', ''],
  ])('%j is stored as %j', (given, stored) => {
    expect(toUserNumber(given)).toBe(stored);
  });
});
