import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { insertNotificationEvent } from './notification-event-repository.ts';
import { updateNotification } from './notification-repository.ts';
import type { NotificationStatus } from './notification-status.ts';

/**
 * Moves a letter that waited for its virus check on, unless something else, such as its cancelling, came first: then
 * nothing changes and the answer is false. A reason is noted for `notifications trace`.
 */
export async function moveCheckedLetter(
  { clock, secretBox }: { readonly clock: Clock; readonly secretBox: SecretBox },
  tx: Queryable,
  { notificationId, status, reason }: { notificationId: string; status: NotificationStatus; reason?: string },
): Promise<boolean> {
  const at = clock.now();
  const onlyFrom = ['pending-virus-check'] as const;
  const moved = await updateNotification(tx, secretBox, notificationId, { status }, { at, onlyFrom });
  if (moved === null) return false;
  if (reason !== undefined) {
    await insertNotificationEvent(tx, notificationId, { occurredAt: at, event: 'gave up', detail: { reason } });
  }
  return true;
}
