import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pickByPriority } from '../../../src/lib/providers/choose-provider.ts';

const row = (identifier: string, priority: number) => ({ identifier, priority });
const mmg = row('mmg', 51);
const firetext = row('firetext', 49);

describe('a provider is picked', () => {
  test('in proportion to its priority', () => {
    const picks = Array.from({ length: 100 }, (_, index) => pickByPriority([mmg, firetext], index / 100)?.identifier);
    expect(picks.filter((identifier) => identifier === 'mmg')).toHaveLength(51);
    expect(picks.indexOf('firetext')).toBe(51);
  });

  test('uniformly when no priority is above 0', () => {
    for (const priorities of [
      [0, 0, 0],
      [0, -100, -5],
    ]) {
      const rows = priorities.map((priority, index) => row(`p${index}`, priority));
      const picks = Array.from({ length: 9 }, (_, index) => pickByPriority(rows, index / 9)?.identifier);
      expect(picks).toEqual(['p0', 'p0', 'p0', 'p1', 'p1', 'p1', 'p2', 'p2', 'p2']);
    }
  });

  test('whatever its priority when it is the only one', () => {
    for (const priority of [-100, 0, 1, 100])
      for (const random of [0, 0.5, 1 - Number.EPSILON])
        expect(pickByPriority([row('only', priority)], random)?.identifier).toBe('only');
  });

  test('from nothing: none', () => {
    expect(pickByPriority([], 0)).toBeNull();
    expect(pickByPriority([], 0.99)).toBeNull();
  });

  test('never with a priority of 0 or less while another has more, at the edges too', () => {
    const rows = [row('zero', 0), row('negative', -100), mmg, row('zero too', 0)];
    for (const random of [0, Number.MIN_VALUE, 0.5, 1 - Number.EPSILON / 2])
      expect(pickByPriority(rows, random)?.identifier).toBe('mmg');
  });

  test('from the rows given, for any priorities and any chance', () => {
    const rows = fc.array(fc.integer({ min: -200, max: 200 }), { minLength: 1, maxLength: 6 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(rows, random, (priorities, chance) => {
        const picked = pickByPriority(
          priorities.map((priority, index) => row(`p${index}`, priority)),
          chance,
        );
        expect(picked).not.toBeNull();
        if (priorities.some((priority) => priority > 0)) expect(picked!.priority).toBeGreaterThan(0);
      }),
    );
  });
});
