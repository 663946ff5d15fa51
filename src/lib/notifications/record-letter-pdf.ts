import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database, Queryable } from '../db/database.ts';
import { insertNotificationEvent } from './notification-event-repository.ts';
import { updateNotification } from './notification-repository.ts';

interface RecordDeps {
  readonly clock: Clock;
  readonly secretBox: SecretBox;
}

const onlyFrom = ['created'] as const;

/**
 * Notes of how many sheets a letter that waits to be printed is. False when it waits no longer: then nothing changes.
 */
export async function recordLetterSheets(
  { clock, secretBox }: RecordDeps,
  tx: Queryable,
  { notificationId, sheets }: { notificationId: string; sheets: number },
): Promise<boolean> {
  const changes = { billableUnits: sheets };
  return (await updateNotification(tx, secretBox, notificationId, changes, { at: clock.now(), onlyFrom })) !== null;
}

/** Moves a letter whose PDF may not be printed to `validation-failed`, and notes why. False as `recordLetterSheets`. */
export async function recordUnprintableLetter(
  { db, clock, secretBox }: RecordDeps & { readonly db: Database },
  { notificationId, reason }: { notificationId: string; reason: string },
): Promise<boolean> {
  const at = clock.now();
  return db.transaction(async (tx) => {
    const changes = { status: 'validation-failed', billableUnits: 0 } as const;
    if ((await updateNotification(tx, secretBox, notificationId, changes, { at, onlyFrom })) === null) return false;
    await insertNotificationEvent(tx, notificationId, { occurredAt: at, event: 'gave up', detail: { reason } });
    return true;
  });
}
