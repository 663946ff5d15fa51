import { expect, test } from 'vitest';
import { systemClock, toApiDateTime, toApiDateTimeOrNull } from '../../../src/lib/core/clock.ts';

test('times are written in UTC with six fractional digits', () => {
  expect(toApiDateTime(new Date('2026-03-29T01:30:00+01:00'))).toBe('2026-03-29T00:30:00.000000Z');
  expect(toApiDateTime(new Date('2026-03-29T00:30:00.007Z'))).toBe('2026-03-29T00:30:00.007000Z');
});

test('an absent time stays null', () => {
  expect(toApiDateTimeOrNull(null)).toBeNull();
  expect(toApiDateTimeOrNull(new Date(0))).toBe('1970-01-01T00:00:00.000000Z');
});

test('the system clock goes with the system', () => {
  const before = Date.now();
  expect(systemClock.now().getTime()).toBeGreaterThanOrEqual(before);
});
