import { describe, expect, it } from 'vitest';
import { chargeMessages, chargeTexts, combineLines, type TextRun } from '../../../src/lib/billing/usage.ts';

/** `period rate units`. */
function runs(...lines: string[]): TextRun[] {
  return lines.map((line) => {
    const [period, rate, units] = line.split(' ') as [string, string, string];
    return { period, rate, units: Number(units), messages: 1 };
  });
}

describe('texts', () => {
  it.each<[string, number, TextRun[], string[]]>([
    // The worked examples of the data sheet, §5.2.
    [
      'use up the allowance in the order of their dates',
      6,
      runs('2016-05 0.162 1', '2016-05 0.162 4', '2016-05 0.015 4'),
      ['2016-05 0.162: 5 units, 5 free, 0 charged, 0', '2016-05 0.015: 4 units, 1 free, 3 charged, 0.045'],
    ],
    [
      'beyond the allowance are charged',
      1,
      runs('2016-05 0.162 4'),
      ['2016-05 0.162: 4 units, 1 free, 3 charged, 0.486'],
    ],
    [
      'without an allowance are all charged',
      0,
      runs('all 0.0165 2'),
      ['all 0.0165: 2 units, 0 free, 2 charged, 0.033'],
    ],
    ['that come to the allowance cost nothing', 9, runs('all 0.0165 9'), ['all 0.0165: 9 units, 9 free, 0 charged, 0']],
    ['that there are none of make no line', 9, [], []],
    [
      'of a month use what those before it left',
      10,
      runs('2016-04 0.0165 8', '2016-05 0.0165 8', '2016-06 0.0165 8'),
      [
        '2016-04 0.0165: 8 units, 8 free, 0 charged, 0',
        '2016-05 0.0165: 8 units, 2 free, 6 charged, 0.099',
        '2016-06 0.0165: 8 units, 0 free, 8 charged, 0.132',
      ],
    ],
    [
      'of one rate with another in between are one line',
      3,
      runs('all 0.02 2', 'all 0.03 2', 'all 0.02 2'),
      ['all 0.02: 4 units, 2 free, 2 charged, 0.04', 'all 0.03: 2 units, 1 free, 1 charged, 0.03'],
    ],
    [
      'cost what they cost, to the last digit',
      0,
      runs('a 0.0227 3', 'b 0.0227 1000000007', 'c 0.1 3'),
      [
        'a 0.0227: 3 units, 0 free, 3 charged, 0.0681',
        'b 0.0227: 1000000007 units, 0 free, 1000000007 charged, 22700000.1589',
        'c 0.1: 3 units, 0 free, 3 charged, 0.3',
      ],
    ],
  ])('%s', (_, allowance, given, expected) => {
    const lines = chargeTexts(given, allowance).map(
      (line) =>
        `${line.period} ${line.rate}: ${line.chargeableUnits} units, ${line.freeAllowanceUsed} free, ${line.chargedUnits} charged, ${line.cost}`,
    );
    expect(lines).toEqual(expected);
  });

  it('are as free and as charged as they are many, however they are cut', () => {
    const units = [5, 0, 3, 12, 1, 7, 2];
    for (let allowance = 0; allowance <= 31; allowance += 1) {
      const lines = chargeTexts(
        units.map((count, index) => ({ period: String(index), rate: '0.01', units: count, messages: count })),
        allowance,
      );
      const sum = (of: 'freeAllowanceUsed' | 'chargedUnits'): number =>
        lines.reduce((total, line) => total + line[of], 0);
      expect([sum('freeAllowanceUsed'), sum('chargedUnits')]).toEqual([
        Math.min(allowance, 30),
        Math.max(30 - allowance, 0),
      ]);
    }
  });
});

describe('other messages', () => {
  it.each([
    ['a letter', { type: 'letter', rate: '0.33', postage: 'second', messages: 1 } as const, 1, '0.33'],
    ['letters', { type: 'letter', rate: '0.36', postage: 'second', messages: 2 } as const, 2, '0.72'],
    ['emails', { type: 'email', rate: '0', postage: 'none', messages: 1000 } as const, 0, '0'],
  ])('%s', (_, sent, units, cost) => {
    expect(chargeMessages({ period: 'all', ...sent })).toEqual({
      period: 'all',
      ...sent,
      chargeableUnits: units,
      chargedUnits: units,
      freeAllowanceUsed: 0,
      cost,
    });
  });

  it('are added up by what they have in common', () => {
    const letter = (postage: string, messages: number) =>
      chargeMessages({ period: 'all', type: 'letter', rate: '1.80', postage, messages });
    const [line, ...others] = combineLines([letter('europe', 1), letter('rest-of-world', 3)], ({ rate }) => rate);
    expect([line, others]).toMatchObject([{ messages: 4, chargedUnits: 4, cost: '7.2' }, []]);
  });
});
