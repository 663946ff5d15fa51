import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { insertNotificationEvent } from './notification-event-repository.ts';
import { updateNotification, type NotificationChanges } from './notification-repository.ts';
import type { NotificationStatus } from './notification-status.ts';

interface MoveDeps {
  readonly clock: Clock;
  readonly secretBox: SecretBox;
}

interface LetterMove {
  readonly notificationId: string;
  readonly status: NotificationStatus;
  /** What else is known of the letter now. */
  readonly changes?: Pick<NotificationChanges, 'to' | 'normalisedTo' | 'international' | 'postage' | 'billableUnits'>;
  /** Noted for `notifications trace`. */
  readonly reason?: string;
}

/**
 * Moves a letter that waited for its virus check on, unless something else, such as its cancelling, came first: then
 * nothing changes and the answer is false.
 */
export function moveCheckedLetter(deps: MoveDeps, tx: Queryable, move: LetterMove): Promise<boolean> {
  return moveFrom(deps, tx, move, { onlyFrom: ['pending-virus-check'], event: 'gave up' });
}

/** A letter that was checked, but whose PDF could not be brought to where it is printed from. False as above. */
export function failCheckedLetter(
  deps: MoveDeps,
  tx: Queryable,
  { notificationId, reason }: { notificationId: string; reason: string },
): Promise<boolean> {
  const move = { notificationId, reason, status: 'technical-failure' } as const;
  return moveFrom(deps, tx, move, { onlyFrom: ['created', 'delivered'], event: 'gave up' });
}

/** Has a letter whose virus check failed for technical reasons wait for it again. False as above. */
export function putLetterBackToScan(
  deps: MoveDeps,
  tx: Queryable,
  { notificationId }: { notificationId: string },
): Promise<boolean> {
  const move = { notificationId, reason: 'to be scanned again', status: 'pending-virus-check' } as const;
  return moveFrom(deps, tx, move, { onlyFrom: ['technical-failure', 'pending-virus-check'], event: 'replayed' });
}

async function moveFrom(
  { clock, secretBox }: MoveDeps,
  tx: Queryable,
  { notificationId, status, changes, reason }: LetterMove,
  { onlyFrom, event }: { onlyFrom: readonly NotificationStatus[]; event: 'gave up' | 'replayed' },
): Promise<boolean> {
  const at = clock.now();
  const moved = await updateNotification(tx, secretBox, notificationId, { status, ...changes }, { at, onlyFrom });
  if (moved === null) return false;
  if (reason !== undefined)
    await insertNotificationEvent(tx, notificationId, { occurredAt: at, event, detail: { reason } });
  return true;
}
