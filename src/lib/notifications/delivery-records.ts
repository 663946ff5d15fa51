import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { createGroupCommit } from '../db/group-commit.ts';
import type { JobQueue, NewJob } from '../queue/job-queue.ts';
import { findNotifications, noteSent, type SentFacts } from './notification-batch-repository.ts';
import type { Notification } from './notification.ts';
import { noSuchNotification } from './show-notification.ts';

/** A message that a provider took. */
export interface SentMessage {
  readonly facts: SentFacts;
  /** The provider's own verdict as a job; null when it posts a receipt. */
  readonly verdictJob: NewJob | null;
}

/**
 * What every delivery reads and writes of its notification. Deliveries of a process run side by side: what they ask for at
 * the same time is asked together, and what they note is committed together.
 */
export interface DeliveryRecords {
  /** The notification as it is now. @throws AppError NOT_FOUND */
  require(notificationId: string): Promise<Notification>;
  /**
   * Notes that the provider took the message; a verdict is queued in the same transaction, if the message still was in
   * `created`. Resolves when it is committed.
   */
  sent(message: SentMessage): Promise<void>;
}

interface RecordsDeps {
  readonly db: Database;
  readonly queue: JobQueue;
  readonly secretBox: SecretBox;
}

const batchSize = 100;

/** The records of a process (`db/group-commit.ts`). */
export function createDeliveryRecords({ db, queue, secretBox }: RecordsDeps): DeliveryRecords {
  const reads = createGroupCommit<string, Notification | null>({
    batchSize,
    concurrency: 2,
    async run(ids) {
      const found = await findNotifications(db, secretBox, ids);
      return ids.map((id) => found.get(id) ?? null);
    },
  });
  const writes = createGroupCommit<SentMessage, undefined>({
    batchSize,
    async run(messages) {
      await db.transaction(async (tx) => {
        const moved = await noteSent(
          tx,
          messages.map(({ facts }) => facts),
        );
        const jobs = messages.flatMap(({ facts, verdictJob }) =>
          verdictJob !== null && moved.has(facts.id) ? [verdictJob] : [],
        );
        await queue.enqueue(tx, jobs);
      });
      return messages.map(() => undefined);
    },
  });
  return {
    async require(notificationId) {
      const notification = await reads.add(notificationId);
      if (notification === null) throw noSuchNotification(notificationId);
      return notification;
    },
    sent: (message) => writes.add(message),
  };
}
