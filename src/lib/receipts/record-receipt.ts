import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { moveByReceipt } from '../notifications/move-notification.ts';
import type { OwnReceiptArgs } from '../notifications/deliver-notification.ts';
import type { NotificationType } from '../notifications/notification.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';
import type { Logger } from '../observability/logger.ts';
import { defineTask, type Task } from '../queue/task.ts';

export interface ReceiptDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
  readonly logger: Logger;
  /** Counts receipts by what became of them. */
  readonly onReceipt?: (outcome: ReceiptOutcome) => void;
}

export type ReceiptOutcome = 'recorded' | 'duplicate' | 'unknown' | 'ignored';

export interface ReceiptInput {
  readonly notificationId: string;
  readonly type: NotificationType;
  readonly status: NotificationStatus;
  readonly provider: string;
}

/**
 * Records what a provider says became of a message (delivery sheet §7, rules 1 to 6). A final status never changes
 * again; a repeated or late receipt is noted and answered like any other.
 */
export async function recordReceipt(
  { db, clock, secretBox, logger, onReceipt }: ReceiptDeps,
  input: ReceiptInput,
): Promise<ReceiptOutcome> {
  const outcome = await db.transaction((tx) => moveByReceipt({ clock, secretBox }, tx, input));
  if (outcome === 'unknown') {
    logger.warn(
      `Notification not found for id ${input.notificationId} (when attempting to update to status ${input.status})`,
    );
  } else if (outcome === 'duplicate') {
    logger.info({ notificationId: input.notificationId }, 'Duplicate callback received');
  }
  onReceipt?.(outcome);
  return outcome;
}

/** The tasks that record receipts: of text message providers and of email providers. */
export function receiptTasks(deps: ReceiptDeps): Task[] {
  const task = (name: string, type: NotificationType): Task =>
    defineTask<OwnReceiptArgs>({
      name,
      async run({ notificationId, status, provider }) {
        await recordReceipt(deps, { notificationId, type, status, provider });
      },
    });
  return [task('process-sms-client-response', 'sms'), task('process-ses-result', 'email')];
}
