import { expect, it } from 'vitest';
import { retentionCutOff } from '../../../src/lib/retention/retention-cut-off.ts';

it.each([
  // The 2nd, 3rd and 4th are kept.
  ['2021-06-05T03:00:00Z', 3, '2021-06-01T23:00:00Z'],
  ['2021-04-05T03:00:00Z', 14, '2021-03-22T00:00:00Z'],
  ['2021-04-05T03:00:00Z', 3, '2021-04-01T23:00:00Z'],
  ['2021-04-03T03:00:00Z', 7, '2021-03-27T00:00:00Z'],
  // Later the same day nothing more goes.
  ['2021-06-05T22:59:59Z', 3, '2021-06-01T23:00:00Z'],
  // It is the 6th in London already.
  ['2021-06-05T23:00:00Z', 3, '2021-06-02T23:00:00Z'],
  ['2021-12-05T23:30:00Z', 3, '2021-12-02T00:00:00Z'],
])('at %s, %d days are kept from %s on', (now, days, expected) => {
  expect(retentionCutOff(days, new Date(now))).toEqual(new Date(expected));
});
