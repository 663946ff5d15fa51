import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import { timeOutNotifications as timeOutBatch } from './notification-repository.ts';

const timeoutMs = 259_200 * 1000;
const batchSize = 10_000;

/**
 * Ends texts and emails that no receipt came for within 72 hours as `temporary-failure` (delivery sheet §10). Letters
 * never time out. Batches under row locks: several runs at once share the work.
 */
export async function timeOutNotifications({
  db,
  clock,
  logger,
}: {
  db: Database;
  clock: Clock;
  logger: Logger;
}): Promise<number> {
  const now = clock.now();
  const createdBefore = new Date(now.getTime() - timeoutMs);
  let total = 0;
  for (;;) {
    const moved = await db.transaction((tx) => timeOutBatch(tx, { createdBefore, at: now, limit: batchSize }));
    total += moved;
    if (moved < batchSize) break;
  }
  logger.info({ count: total }, 'Timed out notifications without a receipt');
  return total;
}
