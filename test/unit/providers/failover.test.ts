import { describe, expect, it } from 'vitest';
import {
  calmGapMs,
  changedWithin,
  decideSwitch,
  errorGapMs,
  errorWindowMs,
  isSlow,
  maxErrors,
  moveTowardsRest,
  reduceShare,
  slowGapMs,
  slowMinutes,
  slowRatio,
  speedWindowMs,
} from '../../../src/lib/providers/failover.ts';

const both = (mmg: number, firetext: number): { identifier: string; priority: number }[] => [
  { identifier: 'firetext', priority: firetext },
  { identifier: 'mmg', priority: mmg },
];

describe('the numbers of the rules', () => {
  it('are the documented ones', () => {
    const minute = 60_000;
    expect({ maxErrors, errorWindowMs, errorGapMs }).toEqual({
      maxErrors: 50,
      errorWindowMs: minute,
      errorGapMs: minute,
    });
    expect({ slowRatio, slowMinutes, speedWindowMs, slowGapMs }).toEqual({
      slowRatio: 0.15,
      slowMinutes: 5,
      speedWindowMs: 15 * minute,
      slowGapMs: 5 * minute,
    });
    expect(calmGapMs).toBe(15 * minute);
  });
});

describe('reducing mmg', () => {
  it.each<[[number, number], [number, number]]>([
    [
      [50, 50],
      [40, 60],
    ],
    [
      [0, 20],
      [0, 30],
    ],
    [
      [50, 100],
      [40, 100],
    ],
    [
      [150, 50],
      [140, 60],
    ],
    [
      [50, 150],
      [40, 100],
    ],
    [
      [-100, 50],
      [0, 60],
    ],
    [
      [50, -100],
      [40, -90],
    ],
  ])('turns %j into %j', ([mmg, firetext], [reduced, increased]) => {
    expect(Object.fromEntries(reduceShare(both(mmg, firetext), 'mmg'))).toEqual({ mmg: reduced, firetext: increased });
  });

  it('shares the points equally among several, the remainder to the highest, by name where they are level', () => {
    const active = [...both(40, 20), { identifier: 'hook', priority: 20 }, { identifier: 'other', priority: 100 }];
    expect(Object.fromEntries(reduceShare(active, 'mmg'))).toEqual({ mmg: 30, other: 100, firetext: 23, hook: 23 });
    const level = [...both(40, 20), { identifier: 'another', priority: 20 }, { identifier: 'hook', priority: 20 }];
    expect(Object.fromEntries(reduceShare(level, 'mmg'))).toEqual({ mmg: 30, another: 24, firetext: 23, hook: 23 });
  });

  it('gives points only to those that may have them', () => {
    const active = [...both(40, 20), { identifier: 'hook', priority: 40 }];
    expect(Object.fromEntries(reduceShare(active, 'mmg', ['firetext']))).toEqual({ mmg: 30, firetext: 30 });
    expect(reduceShare(active, 'mmg', ['mmg']).size).toBe(0);
  });

  it('does nothing when it is alone or not active', () => {
    expect(reduceShare([{ identifier: 'mmg', priority: 50 }], 'mmg').size).toBe(0);
    expect(reduceShare(both(50, 50), 'hook').size).toBe(0);
  });
});

describe('moving back to the middle', () => {
  const rest = { mmg: 60, firetext: 40 };
  it.each<[[number, number], [number, number]]>([
    [
      [50, 50],
      [60, 40],
    ],
    [
      [65, 35],
      [60, 40],
    ],
    [
      [0, 100],
      [10, 90],
    ],
    [
      [100, 100],
      [90, 90],
    ],
  ])('with 60 and 40 turns %j into %j', ([mmg, firetext], [first, second]) => {
    expect(Object.fromEntries(moveTowardsRest(both(mmg, firetext), rest))).toEqual({ mmg: first, firetext: second });
  });

  it('changes nothing that rests already, and no provider without a resting point', () => {
    expect(moveTowardsRest(both(60, 40), rest).size).toBe(0);
    const withHook = [...both(60, 50), { identifier: 'constructor', priority: 7 }];
    expect(Object.fromEntries(moveTowardsRest(withHook, rest))).toEqual({ firetext: 40 });
  });
});

describe('a change', () => {
  const now = new Date('2026-01-31T12:00:00Z');
  it.each<[string | null, boolean]>([
    [null, false],
    ['2026-01-31T11:58:59.999Z', false],
    ['2026-01-31T11:59:00.000Z', false],
    ['2026-01-31T11:59:00.001Z', true],
    ['2026-01-31T12:00:00.000Z', true],
  ])('at %s is within the last minute of 12:00: %s', (at, expected) => {
    const updatedAt = at === null ? null : new Date(at);
    expect(changedWithin([{ updatedAt: null }, { updatedAt }], 60_000, now)).toBe(expected);
  });
});

describe('slowness', () => {
  it.each<[number, number, number, boolean]>([
    [0, 0, 0.1, false],
    [1, 2, 0.1, true],
    [10, 100, 0.1, true],
    [2, 4, 0.6, false],
    [14, 100, 0.15, false],
    [15, 100, 0.15, true],
  ])('%i of %i with the limit %f is slow: %s', (slow, total, ratio, expected) => {
    expect(isSlow({ slow, total }, ratio)).toBe(expected);
  });

  const counts = (of: Record<string, [number, number]>): Map<string, { slow: number; total: number }> =>
    new Map(Object.entries(of).map(([name, [slow, total]]) => [name, { slow, total }]));

  it.each<[string, Record<string, [number, number]>, ReturnType<typeof decideSwitch>]>([
    ['one of two is slow', { mmg: [15, 100], firetext: [14, 100] }, { from: 'mmg', to: ['firetext'] }],
    ['both are slow', { mmg: [15, 100], firetext: [15, 100] }, null],
    ['none is slow', { mmg: [0, 100], firetext: [0, 100] }, null],
    ['there is no traffic', {}, null],
    ['the other has no traffic', { mmg: [1, 1] }, { from: 'mmg', to: ['firetext'] }],
  ])('when %s', (_name, of, expected) => {
    expect(decideSwitch(['firetext', 'mmg'], counts(of))).toEqual(expected);
  });

  it('of several slow ones takes from the slowest, and gives to none of them', () => {
    const of = counts({ mmg: [20, 100], hook: [30, 100], firetext: [0, 10] });
    expect(decideSwitch(['firetext', 'hook', 'mmg'], of)).toEqual({ from: 'hook', to: ['firetext'] });
  });

  it('looks at active providers only', () => {
    expect(decideSwitch(['mmg'], counts({ mmg: [1, 1], firetext: [0, 10] }))).toBeNull();
  });
});
