import { failedStatuses, type NotificationStatus } from '../notifications/notification-status.ts';
import type { NotificationType } from '../notifications/notification.ts';
import type { StatusCount } from './status-count.ts';

/** What became of messages, as dashboards show it (data sheet §4.2). */
export interface DeliveryTotals {
  /** All but cancelled ones. */
  requested: number;
  delivered: number;
  failed: number;
}

const delivered: readonly NotificationStatus[] = ['delivered', 'sent'];
/** A letter that came back was delivered nowhere, but it did not fail either. */
const failed: readonly NotificationStatus[] = ['failed', ...failedStatuses.filter((s) => s !== 'returned-letter')];

/** Totals by type; zeros for a type without messages. */
export function toDeliveryTotals(
  counts: readonly Pick<StatusCount, 'type' | 'status' | 'count'>[],
): Record<NotificationType, DeliveryTotals> {
  const none = (): DeliveryTotals => ({ requested: 0, delivered: 0, failed: 0 });
  const totals: Record<NotificationType, DeliveryTotals> = { email: none(), sms: none(), letter: none() };
  for (const { type, status, count } of counts) {
    if (status !== 'cancelled') totals[type].requested += count;
    if (delivered.includes(status)) totals[type].delivered += count;
    if (failed.includes(status)) totals[type].failed += count;
  }
  return totals;
}
