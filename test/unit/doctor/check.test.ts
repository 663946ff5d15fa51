import { expect, it } from 'vitest';
import { describeSeconds } from '../../../src/lib/doctor/check.ts';

it.each([
  [0, '0 s'],
  [119.4, '119 s'],
  [120, '2 min'],
  [7199, '120 min'],
  [7200, '2 h'],
  [172_800, '2 days'],
  [864_000, '10 days'],
])('%d seconds read %s', (seconds, text) => {
  expect(describeSeconds(seconds)).toBe(text);
});
