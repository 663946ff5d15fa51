import { describe, expect, it } from 'vitest';
import { capacityOf, createTokenBuckets, takeToken, type TokenBucket } from '../../../src/lib/limits/token-bucket.ts';

const now = Date.parse('2026-03-10T12:00:00Z');

/** The waits of so many attempts on a bucket, one after the other at the same time. */
function attempt(times: number, rateLimit: number, bucket?: TokenBucket, at = now) {
  const waits: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const taken = takeToken(bucket, rateLimit, at);
    bucket = taken.bucket;
    waits.push(taken.waitMs);
  }
  return { bucket: bucket!, waits, passed: waits.filter((wait) => wait === 0).length };
}

/** Rate in a minute, capacity, attempts that pass at once, milliseconds until one passes after those. */
const vectors = [
  [24_000, 1000, 999, 5],
  [3000, 1000, 999, 40],
  [2997, 1000, 999, (2 * 60_000) / 2997],
  [2994, 999, 998, (2 * 60_000) / 2994],
  [10, 5, 4, 12_000],
  [1, 2, 1, 120_000],
  [0, 1, 0, 60_000],
] as const;

describe('a full bucket', () => {
  for (const [rateLimit, capacity, passing, wait] of vectors) {
    it(`of ${rateLimit} tokens a minute holds ${capacity} and lets ${passing} attempts pass at once`, () => {
      expect(capacityOf(rateLimit)).toBe(capacity);
      const { waits, passed } = attempt(passing + 1, rateLimit);
      expect(passed).toBe(passing);
      expect(waits.at(-1)).toBeCloseTo(wait, 6);
    });
  }
});

describe('a bucket', () => {
  const empty = { tokens: 0, replenishedAt: now };

  it('holds no less than no token, however many attempts are refused', () => {
    expect(attempt(2000, 3000, empty).bucket.tokens).toBe(0);
  });

  for (const [tokens, waitMs] of [
    [0, 12_000],
    [1, 12_000],
    [2, 0],
    [3, 0],
  ] as const) {
    it(`with ${tokens} tokens ${waitMs === 0 ? 'lets an attempt pass' : 'refuses an attempt, which costs its token'}`, () => {
      const taken = takeToken({ tokens, replenishedAt: now }, 10, now);
      expect(taken).toEqual({ bucket: { tokens: Math.max(0, tokens - 1), replenishedAt: now }, waitMs });
    });
  }

  it('fills in whole tokens and keeps the remainder of the time', () => {
    const { bucket } = takeToken(empty, 10, now + 20_000);
    expect(bucket).toEqual({ tokens: 2, replenishedAt: now + 18_000 });
    expect(takeToken(bucket, 10, now + 23_999).bucket).toEqual({ tokens: 1, replenishedAt: now + 18_000 });
    expect(takeToken(bucket, 10, now + 24_000).bucket).toEqual({ tokens: 2, replenishedAt: now + 24_000 });
  });

  it('lets an attempt pass after the time that was asked for, and not before', () => {
    const { bucket, waitMs } = takeToken({ tokens: 1, replenishedAt: now - 5000 }, 10, now);
    expect(waitMs).toBe(7000);
    expect(takeToken(bucket, 10, now + waitMs - 1).waitMs).toBeGreaterThan(0);
    expect(takeToken(bucket, 10, now + waitMs).waitMs).toBe(0);
  });

  it('never holds more than its capacity', () => {
    expect(attempt(1000, 3000, empty, now + 86_400_000).passed).toBe(999);
  });

  it('holds less as soon as the rate of the service is lowered', () => {
    expect(attempt(1000, 10, { tokens: 1000, replenishedAt: now }).passed).toBe(4);
  });

  it('goes on filling when the clock was set back', () => {
    const { bucket } = takeToken({ tokens: 0, replenishedAt: now + 3_600_000 }, 3000, now);
    expect(takeToken(bucket, 3000, now + 40).waitMs).toBe(0);
  });

  it('gives a steady sender exactly its rate', () => {
    let bucket: TokenBucket | undefined = { tokens: 1, replenishedAt: now };
    for (let i = 1; i <= 500; i += 1) {
      const taken = takeToken(bucket, 3000, now + i * 20);
      bucket = taken.bucket;
      // The first finds its own token only; from then on one comes in for each that goes.
      expect(taken.waitMs).toBe(0);
    }
    expect(takeToken(bucket, 3000, now + 500 * 20 + 19).waitMs).toBe(21);
  });
});

describe('the buckets of a process', () => {
  it('are one for each service and key type', () => {
    const buckets = createTokenBuckets();
    expect(buckets.take('a', 'normal', 1, now)).toBe(0);
    expect(buckets.take('a', 'normal', 1, now)).toBe(120_000);
    expect(buckets.take('a', 'team', 1, now)).toBe(0);
    expect(buckets.take('a', 'test', 1, now)).toBe(0);
    expect(buckets.take('b', 'normal', 1, now)).toBe(0);
  });

  it('are bounded: the one used longest ago goes', () => {
    const buckets = createTokenBuckets({ maxBuckets: 2 });
    for (const service of ['a', 'b', 'a', 'c']) buckets.take(service, 'normal', 1, now);
    expect(buckets.take('a', 'normal', 1, now)).toBeGreaterThan(0);
    expect(buckets.take('b', 'normal', 1, now)).toBe(0);
  });
});
