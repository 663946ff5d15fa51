import type { Database } from '../db/database.ts';
import { nameOf, type DailyCount, type DailyCountKey } from './daily-count.ts';
import { ensureDailyCount } from './ensure-daily-count.ts';

/** What a process knows of the daily totals: what it was told of, and what it read of the rows. */
export interface KnownTotals {
  /** A total that is no older than `maxAgeMs`; reads the row otherwise, once for all who ask in the meantime. */
  read(key: DailyCountKey, maxAgeMs: number): Promise<number>;
  /** Totals of commits, in any order: the largest counts. */
  raise(counts: readonly DailyCount[]): void;
  /** Totals that may have become smaller. */
  correct(counts: readonly DailyCount[]): void;
}

export interface KnownTotalsDeps {
  readonly db: Database;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

interface Known {
  count: number;
  /** When the row was last seen; a total told after a commit is as good as read. */
  seenAt: number;
}

const maxTotals = 50_000;

export function createKnownTotals({ db, now = () => performance.now() }: KnownTotalsDeps): KnownTotals {
  const totals = new Map<string, Known>();
  const reads = new Map<string, Promise<number>>();

  const see = (name: string, count: number): void => {
    // Those of past days go; what goes too early is read again.
    if (totals.size >= maxTotals) totals.clear();
    totals.set(name, { count, seenAt: now() });
  };

  const readRow = async (name: string, key: DailyCountKey): Promise<number> => {
    const before = totals.get(name);
    const count = await ensureDailyCount(db, key);
    const told = totals.get(name);
    // Whether a commit that was told in the meantime is in the row that was read, nobody knows: the larger is newer.
    const total = told === undefined || told === before ? count : Math.max(told.count, count);
    see(name, total);
    return total;
  };

  return {
    read(key, maxAgeMs) {
      const name = nameOf(key);
      const known = totals.get(name);
      if (known !== undefined && now() - known.seenAt < maxAgeMs) return Promise.resolve(known.count);
      const underWay = reads.get(name);
      if (underWay !== undefined) return underWay;
      const read = readRow(name, key).finally(() => reads.delete(name));
      reads.set(name, read);
      return read;
    },
    raise(counts) {
      for (const total of counts) {
        const known = totals.get(nameOf(total));
        // A smaller one is late, or something was given back: when what is known gets old, the row will tell.
        if (known === undefined || total.count > known.count) see(nameOf(total), total.count);
      }
    },
    correct(counts) {
      for (const total of counts) see(nameOf(total), total.count);
    },
  };
}
