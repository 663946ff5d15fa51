import type { ServiceCache } from '../cache/service-cache.ts';
import { queueDeliveryStatusCallbacks } from '../callbacks/queue-callback.ts';
import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { createGroupCommit } from '../db/group-commit.ts';
import { moveByReceipts, type MovedByReceipt, type ReceiptMove } from '../notifications/move-notification.ts';
import type { JobQueue } from '../queue/job-queue.ts';

/** What receipts do to notifications: those that arrive together share one transaction. */
export interface ReceiptMoves {
  /** Resolves when the move is committed, with the callback that tells the service of it. */
  apply(move: ReceiptMove): Promise<MovedByReceipt>;
  /** Moves that wait or are being committed. */
  readonly waiting: number;
}

interface MovesDeps {
  readonly db: Database;
  readonly cache: ServiceCache;
  readonly clock: Clock;
  readonly queue: JobQueue;
  readonly secretBox: SecretBox;
}

const batchSize = 100;

/** The moves of a process (`db/group-commit.ts`). The service is told of every change but that to `pending`. */
export function createReceiptMoves(deps: MovesDeps): ReceiptMoves {
  const group = createGroupCommit<ReceiptMove, MovedByReceipt>({
    batchSize,
    run: (moves) =>
      deps.db.transaction(async (tx) => {
        const moved = await moveByReceipts(deps, tx, moves);
        const told = moved.flatMap((result) =>
          result.outcome === 'recorded' && result.notification.status !== 'pending' ? [result.notification] : [],
        );
        await queueDeliveryStatusCallbacks(deps, tx, told);
        return moved;
      }),
  });
  return {
    apply: (move) => group.add(move),
    get waiting() {
      return group.waiting;
    },
  };
}
