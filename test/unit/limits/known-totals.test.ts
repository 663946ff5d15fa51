import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/lib/db/database.ts';
import { createKnownTotals } from '../../../src/lib/limits/known-totals.ts';

const key = { serviceId: '0b8fe5cb-5b0a-4c3c-9d3a-1c1c54e0a001', counted: 'sms', day: '2026-03-10' } as const;

/** Totals on a row that answers when the test says so. */
function aRow(count: number) {
  const row = { count, reads: 0, hold: Promise.resolve(), time: 0 };
  const query = async (): Promise<{ rows: { count: number }[] }> => {
    row.reads += 1;
    const rows = [{ count: row.count }];
    await row.hold;
    return { rows };
  };
  const totals = createKnownTotals({ db: { query } as unknown as Database, now: () => row.time });
  return { row, totals };
}

describe('a known total', () => {
  it('is read once for all who ask at the same time', async () => {
    const { row, totals } = aRow(5);
    expect(await Promise.all([totals.read(key, 0), totals.read(key, 0), totals.read(key, 1000)])).toEqual([5, 5, 5]);
    expect(row.reads).toBe(1);
  });

  it('is read again when it is older than the caller wants', async () => {
    const { row, totals } = aRow(5);
    await totals.read(key, 1000);
    row.count = 6;
    row.time = 999;
    expect(await totals.read(key, 1000)).toBe(5);
    row.time = 1000;
    expect(await totals.read(key, 1000)).toBe(6);
    expect(await totals.read(key, 0)).toBe(6);
    expect(row.reads).toBe(3);
  });

  it('needs no reading while commits tell it', async () => {
    const { row, totals } = aRow(0);
    for (const count of [1, 2, 3]) {
      row.time += 900;
      totals.raise([{ ...key, count }]);
    }
    row.time += 900;
    expect([await totals.read(key, 1000), row.reads]).toEqual([3, 0]);
  });

  it('is the largest that commits told, and is not kept alive by smaller ones', async () => {
    const { row, totals } = aRow(2);
    totals.raise([{ ...key, count: 3 }]);
    row.time = 900;
    totals.raise([{ ...key, count: 2 }]);
    expect(await totals.read(key, 1000)).toBe(3);
    row.time = 1000;
    expect(await totals.read(key, 1000)).toBe(2);
  });

  it('is smaller at once when messages were given back', async () => {
    const { totals } = aRow(9);
    totals.raise([{ ...key, count: 5 }]);
    totals.correct([{ ...key, count: 4 }]);
    expect(await totals.read(key, 1000)).toBe(4);
  });

  for (const [read, told] of [
    [5, 6],
    [6, 5],
  ] as const) {
    it(`is the larger of ${read} in the row and ${told} told while it was read`, async () => {
      const { row, totals } = aRow(read);
      const mayAnswer = Promise.withResolvers<void>();
      row.hold = mayAnswer.promise;
      const reading = totals.read(key, 0);
      totals.raise([{ ...key, count: told }]);
      mayAnswer.resolve();
      expect(await reading).toBe(6);
      expect(await totals.read(key, 1000)).toBe(6);
    });
  }

  it('is asked for again after a reading that failed', async () => {
    const { row, totals } = aRow(5);
    row.hold = Promise.reject(new Error('no database'));
    await expect(totals.read(key, 1000)).rejects.toThrow('no database');
    row.hold = Promise.resolve();
    expect(await totals.read(key, 1000)).toBe(5);
  });
});
