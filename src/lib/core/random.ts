import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafeSlow(8192);
let used = pool.length;

/**
 * Random bytes of the system's generator, fetched in larger portions: asking it for each id takes longer than all else
 * that makes one. No byte is given out twice.
 */
export function randomBytesPooled(count: number): Buffer {
  if (count > pool.length) return randomFillSync(Buffer.allocUnsafe(count));
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.from(pool.subarray(used, used + count));
  // What was given out stays nowhere else.
  pool.fill(0, used, used + count);
  used += count;
  return bytes;
}
