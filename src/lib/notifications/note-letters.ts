import type { Queryable } from '../db/database.ts';
import { insertNotificationEvents } from './notification-event-repository.ts';

/** Notes for `notifications trace` what happened to letters, and why. */
export async function noteLetters(
  tx: Queryable,
  notificationIds: readonly string[],
  { event, reason, at }: { event: 'gave up' | 'replayed'; reason: string; at: Date },
): Promise<void> {
  await insertNotificationEvents(tx, notificationIds, { occurredAt: at, event, detail: { reason } });
}
