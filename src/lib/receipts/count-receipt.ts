import type { Clock } from '../core/clock.ts';
import type { Notification } from '../notifications/notification.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Telemetry } from '../observability/telemetry.ts';

export interface ReceiptCounters {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly telemetry: Pick<Telemetry, 'receiptAccepted'>;
}

/** A receipt that changed a notification. */
export interface AcceptedReceipt {
  readonly provider: string;
  readonly status: NotificationStatus;
  /** When the provider says it happened; null when it does not say. */
  readonly occurredAt: Date | null;
  /** Null for a notification of which only the history is left. */
  readonly notification: Pick<Notification, 'sentAt' | 'international' | 'phonePrefix'> | null;
}

/** Counts an accepted receipt by provider and mapped status, and measures how long it took (delivery sheet §12). */
export function countAccepted({ clock, metrics, telemetry }: ReceiptCounters, receipt: AcceptedReceipt): void {
  const { provider, status, occurredAt, notification } = receipt;
  const now = clock.now().getTime();
  const since = (instant: Date | null | undefined): number | null =>
    instant == null ? null : Math.max(0, now - instant.getTime());
  const elapsedMs = since(notification?.sentAt);
  const lagMs = since(occurredAt);
  metrics.providerReceipts.inc({ provider, status });
  if (elapsedMs !== null) metrics.receiptElapsedSeconds.observe({ provider, status }, elapsedMs / 1000);
  if (lagMs !== null) metrics.receiptLagSeconds.observe({ provider }, lagMs / 1000);
  const phonePrefix = notification?.international === true ? notification.phonePrefix : null;
  telemetry.receiptAccepted({ provider, status, elapsedMs, phonePrefix });
}
