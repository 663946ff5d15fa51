import { expect, it } from 'vitest';
import { parseDuration } from '../../../src/lib/core/duration.ts';

it.each<[string, number | null]>([
  ['90s', 90_000],
  ['15m', 900_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
  ['0s', 0],
  ['', null],
  ['7', null],
  ['-1h', null],
  ['1.5h', null],
  ['1h ', null],
  ['1 h', null],
  ['1y', null],
  ['1H', null],
])('%j is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});
