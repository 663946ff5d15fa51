import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import type { ReceiptMove } from '../notifications/move-notification.ts';
import type { Logger } from '../observability/logger.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { countAccepted, type ReceiptCounters } from './count-receipt.ts';
import type { ReceiptMoves } from './receipt-moves.ts';

export interface ReceiptDeps extends ReceiptCounters {
  readonly db: Database;
  readonly receiptMoves: ReceiptMoves;
  readonly queue: JobQueue;
  readonly secretBox: SecretBox;
  readonly logger: Logger;
}

export type ReceiptOutcome = 'recorded' | 'duplicate' | 'unknown' | 'ignored';

export interface ReceiptInput extends ReceiptMove {
  /** When the provider says it happened. */
  readonly occurredAt?: Date | null;
}

/**
 * Records what a provider says became of a message (delivery sheet §7, rules 1 to 6). A final status never changes
 * again; a repeated or late receipt is noted and answered like any other. The service is told of every change but that to
 * `pending`.
 */
export async function recordReceipt(deps: ReceiptDeps, input: ReceiptInput): Promise<ReceiptOutcome> {
  const { receiptMoves, logger, metrics } = deps;
  const { occurredAt = null } = input;
  const provider = input.provider.toLowerCase();
  const moved = await receiptMoves.apply(input);
  if (moved.outcome === 'unknown') {
    logger.warn(
      `Notification not found for id ${input.notificationId} (when attempting to update to status ${input.status})`,
    );
  } else if (moved.outcome === 'duplicate') {
    logDuplicate(logger, moved.notification);
  } else if (moved.outcome === 'recorded') {
    const { notification } = moved;
    countAccepted(deps, { provider, status: notification.status, occurredAt, notification });
  }
  metrics.receipts.inc({ outcome: moved.outcome });
  return moved.outcome;
}

/** Notes a receipt that came for a notification whose status it may not change (any more). */
export function logDuplicate(logger: Logger, { id, serviceId }: { id: string; serviceId: string }): void {
  logger.info({ notificationId: id }, `Duplicate callback received for service ${serviceId}`);
}
