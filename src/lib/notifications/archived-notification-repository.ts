import type { Queryable } from '../db/database.ts';
import type { ArchivedNotification, ReferencedEmail } from './archived-notification.ts';

/** The email with a provider's reference, whatever its service, in the history, too. */
export async function selectReferencedEmail(db: Queryable, reference: string): Promise<ReferencedEmail | null> {
  const { rows } = await db.query<ReferencedEmail>({
    name: 'find_referenced_email',
    text: `SELECT id, service_id AS "serviceId", client_reference AS "clientReference", "to", false AS "isArchived"
        FROM notifications
        WHERE reference = $1 AND notification_type = 'email'
      UNION ALL SELECT id, service_id, client_reference, NULL, true FROM notification_history
        WHERE reference = $1 AND notification_type = 'email'
      ORDER BY "isArchived" LIMIT 1`,
    values: [reference],
  });
  return rows[0] ?? null;
}

/** A notification of the history, its row locked until the transaction ends. */
export async function lockArchivedNotification(tx: Queryable, id: string): Promise<ArchivedNotification | null> {
  const { rows } = await tx.query<ArchivedNotification>({
    name: 'lock_archived_notification',
    text: 'SELECT id, notification_status AS status FROM notification_history WHERE id = $1 FOR NO KEY UPDATE',
    values: [id],
  });
  return rows[0] ?? null;
}

/** Moves a notification of the history, which a receipt reached late. */
export async function updateArchivedNotification(
  tx: Queryable,
  { id, status, sentBy }: ArchivedNotification & { readonly sentBy: string },
  at: Date,
): Promise<void> {
  await tx.query({
    name: 'update_archived_notification',
    text: `UPDATE notification_history SET notification_status = $2, sent_by = COALESCE(sent_by, $3), updated_at = $4
      WHERE id = $1`,
    values: [id, status, sentBy, at],
  });
}
