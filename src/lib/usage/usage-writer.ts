import type { Redis } from '../cache/redis.ts';
import type { Database } from '../db/database.ts';
import type { StoredCount } from '../limits/daily-count.ts';
import { createTemplateUsageHashes } from './template-usage-hashes.ts';
import { readSystemIdentifier } from './template-usage-repository.ts';
import { toUsageIncrements, type UsedMessage } from './template-usage.ts';

/** Adds stored messages to the usage of their templates in Redis; the one place that does (data sheet §3.2). */
export interface UsageWriter {
  /**
   * Takes note of messages after the commit of their transaction. Never throws and is not waited for: what Redis misses, a
   * rebuild puts right.
   *
   * @param counts what the transaction returned of the daily counts: nothing when all messages are of test keys
   */
  stored(messages: readonly UsedMessage[], counts: readonly StoredCount[]): void;
  /** Resolves when Redis has been told everything. */
  close(): Promise<void>;
}

/** For processes without Redis. */
export const noUsageWriter: UsageWriter = { stored: () => undefined, close: async () => undefined };

export function createUsageWriter({ db, redis }: { db: Database; redis: Pick<Redis, 'call' | 'run'> }): UsageWriter {
  const hashes = createTemplateUsageHashes(redis);
  const writes = new Set<Promise<void>>();
  let system: Promise<string> | null = null;

  const write = async (messages: readonly UsedMessage[], transaction: string): Promise<void> => {
    const increments = toUsageIncrements(messages);
    if (increments.length === 0) return;
    system ??= readSystemIdentifier(db);
    try {
      await hashes.add(increments, { id: transaction, system: await system });
    } catch {
      // Redis told of its trouble when it had it. Of the database's the next message will know.
      system = null;
    }
  };

  return {
    stored(messages, counts) {
      const transaction = counts[0]?.transaction;
      if (transaction === undefined) return;
      const written = write(messages, transaction).finally(() => writes.delete(written));
      writes.add(written);
    },
    async close() {
      await Promise.all(writes);
    },
  };
}
