import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { updateNotification } from './notification-repository.ts';
import type { Notification } from './notification.ts';

/** Statuses of a letter that may be printed again. */
export const resendableStatuses = ['sending', 'technical-failure'] as const;

/** Has a letter wait for the print run again, as if it had never been sent. Null when its status does not allow that. */
export async function putLetterBack(
  { secretBox }: { readonly secretBox: SecretBox },
  tx: Queryable,
  { notificationId, at }: { notificationId: string; at: Date },
): Promise<Notification | null> {
  const changes = { status: 'created', sentAt: null, sentBy: null } as const;
  return updateNotification(tx, secretBox, notificationId, changes, { at, onlyFrom: resendableStatuses });
}
