/** Letters sheet §18, examples 17 to 22. */
import { describe, expect, it } from 'vitest';
import { deadlineOf, isCollationTime, lastDeadline } from '../../../src/lib/print-runs/print-deadline.ts';

describe('the deadline of a print run', () => {
  it.each([
    ['2020-02-17T18:00:00Z', '2020-02-17', '2020-02-17T17:30:00.000Z'],
    ['2020-02-18T02:00:00Z', '2020-02-17', '2020-02-17T17:30:00.000Z'],
    ['2020-07-01T16:50:00Z', '2020-07-01', '2020-07-01T16:30:00.000Z'],
    ['2020-07-01T16:29:00Z', '2020-06-30', '2020-06-30T16:30:00.000Z'],
    ['2020-07-01T16:30:00Z', '2020-07-01', '2020-07-01T16:30:00.000Z'],
    ['2020-10-25T17:29:00Z', '2020-10-24', '2020-10-24T16:30:00.000Z'],
    ['2020-03-29T02:00:00Z', '2020-03-28', '2020-03-28T17:30:00.000Z'],
  ])('of a run at %s is that of %s', (now, printDate, deadline) => {
    const found = lastDeadline(new Date(now));
    expect([found.printDate, found.deadline.toISOString()]).toEqual([printDate, deadline]);
  });

  it('of a named day is half past five in London, once that has passed', () => {
    const now = new Date('2020-07-01T16:30:00Z');
    expect(deadlineOf('2020-07-01', now).deadline.toISOString()).toBe('2020-07-01T16:30:00.000Z');
    expect(deadlineOf('2020-02-01', now).deadline.toISOString()).toBe('2020-02-01T17:30:00.000Z');
    expect(() => deadlineOf('2020-07-02', now)).toThrow(expect.objectContaining({ code: 'REFUSED' }));
  });
});

it.each([
  ['2020-02-17T16:50:00Z', false],
  ['2020-02-17T17:49:30Z', false],
  ['2020-02-17T17:50:00Z', true],
  ['2020-02-17T18:49:00Z', true],
  ['2020-02-17T18:50:00Z', false],
  ['2020-06-01T16:50:00Z', true],
  ['2020-06-01T17:50:00Z', false],
  ['2020-03-29T16:50:00Z', true],
  ['2020-10-25T16:50:00Z', false],
  ['2020-10-25T17:50:00Z', true],
])('at %s the schedule collates: %s', (now, expected) => {
  expect(isCollationTime(new Date(now))).toBe(expected);
});
