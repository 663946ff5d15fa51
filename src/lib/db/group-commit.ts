import { AppError, isAppError } from '../core/errors.ts';

/** Work of a whole process of one kind, of which what arrives together is done together. */
export interface GroupCommit<Item, Result> {
  /**
   * Resolves when the item is done.
   *
   * @throws AppError SERVICE_UNAVAILABLE when too many wait; DATABASE_UNAVAILABLE; what `run` said of this item alone
   */
  add(item: Item): Promise<Result>;
  /** Items that wait or are being done. */
  readonly waiting: number;
  /** Resolves when everything that was given to it is done. */
  drain(): Promise<void>;
}

export interface GroupCommitOptions<Item, Result> {
  /** Does items together, all or none, and gives their results in the same order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Items done together at most; 1 = each alone. */
  readonly batchSize: number;
  /** Batches at the same time; more than one only makes them smaller, unless they are limited to one item. */
  readonly concurrency?: number;
  /** Items that may wait; more are refused. */
  readonly maxWaiting?: number;
  readonly onBatch?: (size: number) => void;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * While one batch is done, what arrives gathers for the next one: under load a commit is shared by many, and alone nobody
 * waits for company, since there is no timer. A batch that fails is split until the item at fault fails alone.
 */
export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): GroupCommit<Item, Result> {
  const { run, batchSize, concurrency = 1, maxWaiting = Infinity, onBatch } = options;
  let queue: Waiting<Item, Result>[] = [];
  let head = 0;
  let running = 0;
  let inBatches = 0;
  let drained: PromiseWithResolvers<void> | null = null;
  let isScheduled = false;

  const length = (): number => queue.length - head;

  const next = (): Waiting<Item, Result>[] => {
    const batch = queue.slice(head, head + batchSize);
    head += batch.length;
    if (head === queue.length) {
      queue = [];
      head = 0;
    }
    return batch;
  };

  /** Tells each of a batch how it went. Never rejects. */
  const settle = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    let results: readonly Result[];
    try {
      results = await run(batch.map(({ item }) => item));
    } catch (error) {
      if (batch.length === 1 || isAppError(error, 'DATABASE_UNAVAILABLE')) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      await settle(batch.slice(0, middle));
      await settle(batch.slice(middle));
      return;
    }
    batch.forEach(({ resolve }, index) => resolve(results[index]!));
  };

  const start = (): void => {
    isScheduled = false;
    while (running < concurrency && length() > 0) {
      const batch = next();
      running += 1;
      inBatches += batch.length;
      onBatch?.(batch.length);
      void settle(batch).finally(() => {
        running -= 1;
        inBatches -= batch.length;
        start();
        if (running > 0 || length() > 0) return;
        drained?.resolve();
        drained = null;
      });
    }
  };

  return {
    add(item) {
      if (length() >= maxWaiting) {
        return Promise.reject(
          new AppError('SERVICE_UNAVAILABLE', 'Too many requests in progress, try again', {
            details: { retryAfterSeconds: 1 },
          }),
        );
      }
      return new Promise<Result>((resolve, reject) => {
        queue.push({ item, resolve, reject });
        // What is read from the network in the same turn goes together.
        if (!isScheduled && running < concurrency) {
          isScheduled = true;
          setImmediate(start);
        }
      });
    },
    get waiting() {
      return length() + inBatches;
    },
    async drain() {
      if (running === 0 && length() === 0) return;
      drained ??= Promise.withResolvers<void>();
      await drained.promise;
    },
  };
}
