import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { createGroupCommit } from '../db/group-commit.ts';
import { storeCounted } from '../limits/count-messages.ts';
import type { Limits } from '../limits/limits.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { UsageWriter } from '../usage/usage-writer.ts';
import type { AcceptedMessage } from './accepted-message.ts';
import { storedNow, storeMessages } from './store-messages.ts';

/** Stores accepted messages of the whole process: those that arrive together share one transaction. */
export interface NotificationWriter {
  /**
   * Resolves when the message and its job are committed.
   *
   * @throws AppError SERVICE_UNAVAILABLE when too many wait; DATABASE_UNAVAILABLE; what the database said of this message
   */
  store(message: AcceptedMessage): Promise<void>;
  /** Messages that wait or are being stored. */
  readonly waiting: number;
  /** Resolves when everything that was given to it is stored. */
  drain(): Promise<void>;
}

export interface WriterDeps {
  readonly db: Database;
  readonly queue: JobQueue;
  readonly secretBox: SecretBox;
  readonly limits: Pick<Limits, 'stored'>;
  readonly usage: Pick<UsageWriter, 'stored'>;
}

export interface WriterOptions {
  /** Messages of one transaction at most; 1 = a transaction for each. */
  readonly batchSize: number;
  /** Transactions at the same time. */
  readonly concurrency: number;
  /** Messages that may wait; more are refused. */
  readonly maxWaiting: number;
  readonly onBatch?: (size: number) => void;
}

/** The writer of a process (`db/group-commit.ts`). */
export function createNotificationWriter(deps: WriterDeps, options: WriterOptions): NotificationWriter {
  const group = createGroupCommit<AcceptedMessage, undefined>({
    ...options,
    async run(messages) {
      const counts = await storeCounted(deps.db, (tx) => storeMessages(deps, tx, messages));
      deps.limits.stored(counts);
      deps.usage.stored(storedNow(messages), counts);
      return messages.map(() => undefined);
    },
  });
  return {
    store: (message) => group.add(message),
    get waiting() {
      return group.waiting;
    },
    drain: () => group.drain(),
  };
}
