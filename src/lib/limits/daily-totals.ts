import { noAnswer, type NoAnswer } from '../cache/redis.ts';
import type { Database } from '../db/database.ts';
import { nameOf, type DailyCount, type DailyCountKey } from './daily-count.ts';
import { createKnownTotals } from './known-totals.ts';
import type { RedisLimits } from './redis-limits.ts';

/** What Redis says of a total: null when it keeps none. */
export type Copy = number | null | NoAnswer;

/**
 * The daily totals that limits are checked against. The counter rows in the database are the truth. Redis keeps copies of
 * them, which all processes share; where it is away, a process goes by the rows.
 *
 * Copies heal. What is written after a commit is the total of the row, so nothing is ever added twice. Each process
 * compares a copy with its row once a minute, and at once when Redis could not be told of a total. Near the limit the row
 * decides: what one process writes to Redis after its commit may come later than what another asks.
 */
export interface DailyTotals {
  /** What Redis says, for `read`; asked together with the token, so that both take one round trip. */
  readCopy(key: DailyCountKey): Promise<Copy>;
  /** The total to check against `limit`. `margin` is how many messages other processes may store in a second. */
  read(key: DailyCountKey, copy: Copy, about: { limit: number; margin: number }): Promise<number>;
  stored(counts: readonly DailyCount[]): void;
  givenBack(counts: readonly DailyCount[]): void;
  /** Resolves when Redis has been told everything. */
  close(): Promise<void>;
}

export interface DailyTotalsDeps {
  readonly db: Database;
  /** Null: the process does without Redis. */
  readonly copies: RedisLimits | null;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/** How long a total is good that was read from its row. */
const maxAgeMs = 1000;
const compareEveryMs = 60_000;
const maxTrusted = 50_000;

export function createDailyTotals({ db, copies, now = () => performance.now() }: DailyTotalsDeps): DailyTotals {
  const known = createKnownTotals({ db, now });
  const trustedUntil = new Map<string, number>();
  const writes = new Set<Promise<unknown>>();

  const trust = (name: string): void => {
    if (trustedUntil.size >= maxTrusted) trustedUntil.clear();
    trustedUntil.set(name, now() + compareEveryMs);
  };

  /** The row, as it was within the last second; near the limit as it is now, since other processes store, too. */
  const readRow = async (key: DailyCountKey, limit: number, margin: number): Promise<number> => {
    const total = await known.read(key, maxAgeMs);
    return total < limit && total + margin >= limit ? known.read(key, 0) : total;
  };

  /** The row as it is now; a copy that is behind it is raised. */
  const compare = async (key: DailyCountKey, behind: RedisLimits): Promise<number> => {
    const total = await known.read(key, 0);
    if (await behind.raise(key, total)) trust(nameOf(key));
    return total;
  };

  const tell = (counts: readonly DailyCount[], write: (count: DailyCount) => Promise<boolean>): void => {
    for (const count of counts) {
      const written = write(count).then((isWritten) => {
        if (!isWritten) trustedUntil.delete(nameOf(count));
        writes.delete(written);
      });
      writes.add(written);
    }
  };

  return {
    async readCopy(key) {
      return copies === null ? noAnswer : copies.readCount(key);
    },
    async read(key, copy, { limit, margin }) {
      if (copies === null || copy === noAnswer) return readRow(key, limit, margin);
      if (copy === null || now() >= (trustedUntil.get(nameOf(key)) ?? 0)) return compare(key, copies);
      if (copy + margin < limit) return copy;
      const total = await readRow(key, limit, margin);
      if (total >= copy) return total;
      const row = await known.read(key, 0);
      if (row < copy) await copies.correct(key, row);
      return row;
    },
    stored(counts) {
      known.raise(counts);
      if (copies !== null) tell(counts, (count) => copies.raise(count, count.count));
    },
    givenBack(counts) {
      known.correct(counts);
      if (copies !== null) tell(counts, (count) => copies.correct(count, count.count));
    },
    async close() {
      await Promise.all(writes);
    },
  };
}
