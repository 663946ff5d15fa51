import { AppError, isAppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { storeCounted } from '../limits/count-messages.ts';
import type { Limits } from '../limits/limits.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { AcceptedMessage } from './accepted-message.ts';
import { storeMessages } from './store-messages.ts';

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

interface Waiting {
  readonly message: AcceptedMessage;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit. While one transaction commits, the messages that arrive gather for the next one: under load a commit is
 * shared by many, and alone nobody waits for company, since there is no timer. A batch that fails is split until the
 * message at fault fails alone.
 */
export function createNotificationWriter(deps: WriterDeps, options: WriterOptions): NotificationWriter {
  const { batchSize, concurrency, maxWaiting, onBatch } = options;
  let queue: Waiting[] = [];
  let head = 0;
  let running = 0;
  let storing = 0;
  let drained: PromiseWithResolvers<void> | null = null;
  let isScheduled = false;

  const length = (): number => queue.length - head;

  const next = (): Waiting[] => {
    const batch = queue.slice(head, head + batchSize);
    head += batch.length;
    if (head === queue.length) {
      queue = [];
      head = 0;
    }
    return batch;
  };

  const start = (): void => {
    isScheduled = false;
    while (running < concurrency && length() > 0) {
      const batch = next();
      running += 1;
      storing += batch.length;
      onBatch?.(batch.length);
      void storeBatch(deps, batch).finally(() => {
        running -= 1;
        storing -= batch.length;
        start();
        if (running === 0 && length() === 0) drained?.resolve();
      });
    }
  };

  return {
    store(message) {
      if (length() >= maxWaiting) {
        return Promise.reject(
          new AppError('SERVICE_UNAVAILABLE', 'Too many requests in progress, try again', {
            details: { retryAfterSeconds: 1 },
          }),
        );
      }
      return new Promise<void>((resolve, reject) => {
        queue.push({ message, resolve, reject });
        // Requests read from the network in the same turn go together.
        if (!isScheduled && running < concurrency) {
          isScheduled = true;
          setImmediate(start);
        }
      });
    },
    get waiting() {
      return length() + storing;
    },
    async drain() {
      if (running === 0 && length() === 0) return;
      drained ??= Promise.withResolvers<void>();
      await drained.promise;
    },
  };
}

/** Stores a batch and tells each of it how it went. Never rejects. */
async function storeBatch(deps: WriterDeps, batch: readonly Waiting[]): Promise<void> {
  try {
    await storeTogether(
      deps,
      batch.map(({ message }) => message),
    );
  } catch (error) {
    if (batch.length === 1 || isAppError(error, 'DATABASE_UNAVAILABLE')) {
      for (const { reject } of batch) reject(error);
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await storeBatch(deps, batch.slice(0, middle));
    await storeBatch(deps, batch.slice(middle));
    return;
  }
  for (const { resolve } of batch) resolve();
}

async function storeTogether(deps: WriterDeps, messages: readonly AcceptedMessage[]): Promise<void> {
  const counts = await storeCounted(deps.db, (tx) => storeMessages(deps, tx, messages));
  deps.limits.stored(counts);
}
