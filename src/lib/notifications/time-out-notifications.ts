import { queueDeliveryStatusCallbacks } from '../callbacks/queue-callback.ts';
import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { timeOutNotifications as timeOutBatch } from './notification-repository.ts';

const timeoutMs = 259_200 * 1000;
const batchSize = 10_000;

/**
 * Ends texts and emails that no receipt came for within 72 hours as `temporary-failure` (delivery sheet §10). Letters
 * never time out. Their services are told. Batches under row locks: several runs at once share the work.
 */
export async function timeOutNotifications({
  db,
  queue,
  secretBox,
  clock,
  logger,
}: {
  db: Database;
  queue: JobQueue;
  secretBox: SecretBox;
  clock: Clock;
  logger: Logger;
}): Promise<number> {
  const now = clock.now();
  const createdBefore = new Date(now.getTime() - timeoutMs);
  let total = 0;
  for (;;) {
    const moved = await db.transaction(async (tx) => {
      const ended = await timeOutBatch(tx, { createdBefore, at: now, limit: batchSize });
      await queueDeliveryStatusCallbacks({ queue, secretBox }, tx, ended);
      return ended.length;
    });
    total += moved;
    if (moved < batchSize) break;
  }
  logger.info({ count: total }, 'Timed out notifications without a receipt');
  return total;
}
