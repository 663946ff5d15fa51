import { describe, expect, it } from 'vitest';
import { isTooLateToCancel } from '../../../src/lib/jobs/letter-cancellation.ts';

describe('a job of letters is with the printer', () => {
  // Made at, looked at, in UTC; London is an hour ahead in July.
  const rows: [string, string, string, boolean][] = [
    ['made this morning, before the deadline', '2026-01-05T10:00:00Z', '2026-01-05T17:29:59Z', false],
    ['made this morning, at the deadline', '2026-01-05T10:00:00Z', '2026-01-05T17:30:00Z', true],
    ['made at the deadline', '2026-01-05T17:30:00Z', '2026-01-05T17:30:00Z', true],
    ['made after the deadline, the same evening', '2026-01-05T17:30:01Z', '2026-01-05T23:00:00Z', false],
    ['made yesterday morning', '2026-01-04T10:00:00Z', '2026-01-05T08:00:00Z', true],
    ['made yesterday at the deadline', '2026-01-04T17:30:00Z', '2026-01-05T08:00:00Z', true],
    ['made yesterday evening', '2026-01-04T18:00:00Z', '2026-01-05T17:29:59Z', false],
    ['made yesterday evening, at the deadline', '2026-01-04T18:00:00Z', '2026-01-05T17:30:00Z', true],
    ['made two days ago in the evening', '2026-01-03T23:00:00Z', '2026-01-05T08:00:00Z', true],
    ['in summer before the deadline in London', '2026-07-06T10:00:00Z', '2026-07-06T16:29:59Z', false],
    ['in summer at the deadline in London', '2026-07-06T10:00:00Z', '2026-07-06T16:30:00Z', true],
    ['made after midnight in London, before it in UTC', '2026-07-05T23:30:00Z', '2026-07-06T08:00:00Z', false],
  ];
  for (const [name, createdAt, now, expected] of rows) {
    it(`${expected ? 'when' : 'not when'} ${name}`, () => {
      expect(isTooLateToCancel(new Date(createdAt), new Date(now))).toBe(expected);
    });
  }
});
