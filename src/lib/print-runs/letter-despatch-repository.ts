import { SQL } from 'sql-template-strings';
import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { CostThreshold } from './print-status.ts';

/** Notes when a letter was handed to the post, and how it was sorted; what is said later counts. */
export async function saveDespatch(
  tx: Queryable,
  despatch: { notificationId: string; despatchedOn: CalendarDate; costThreshold: CostThreshold },
): Promise<void> {
  const { notificationId, despatchedOn, costThreshold } = despatch;
  await tx.query(SQL`INSERT INTO notifications_letter_despatch (notification_id, despatched_on, cost_threshold)
    VALUES (${notificationId}, ${despatchedOn}, ${costThreshold})
    ON CONFLICT (notification_id) DO UPDATE
      SET despatched_on = excluded.despatched_on, cost_threshold = excluded.cost_threshold`);
}
