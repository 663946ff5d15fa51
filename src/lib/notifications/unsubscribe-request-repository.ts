import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';

/** What is left of an email that somebody wants no more of. */
export interface UnsubscribableEmail {
  readonly notificationId: string;
  readonly serviceId: string;
  readonly templateId: string;
  readonly templateVersion: number;
  /** Null once only the history is left. */
  readonly to: string | null;
}

/** The email with this id, whatever its service, also when only the history knows it. */
export async function findUnsubscribableEmail(db: Queryable, id: string): Promise<UnsubscribableEmail | null> {
  const facts = `id AS "notificationId", service_id AS "serviceId", template_id AS "templateId",
    template_version AS "templateVersion"`;
  const { rows } = await db.query<UnsubscribableEmail>({
    name: 'find_unsubscribable_email',
    text: `SELECT ${facts}, "to" FROM notifications WHERE id = $1 AND notification_type = 'email'
      UNION ALL SELECT ${facts}, NULL FROM notification_history WHERE id = $1 AND notification_type = 'email'
      ORDER BY "to" NULLS LAST LIMIT 1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** Until the transaction ends, others who unsubscribe from the same email wait. */
export async function lockUnsubscribing(tx: Queryable, notificationId: string): Promise<void> {
  await tx.query(SQL`SELECT pg_advisory_xact_lock(hashtextextended(${notificationId}, 0))`);
}

/** Whether there is a request that is in no report yet, or in one that the service has not processed. */
export async function hasOpenUnsubscribeRequest(tx: Queryable, notificationId: string): Promise<boolean> {
  const { rows } = await tx.query(SQL`SELECT 1 FROM unsubscribe_request r
    LEFT JOIN unsubscribe_request_report p ON p.id = r.unsubscribe_request_report_id
    WHERE r.notification_id = ${notificationId} AND p.processed_by_service_at IS NULL LIMIT 1`);
  return rows.length > 0;
}

export async function insertUnsubscribeRequest(
  tx: Queryable,
  request: Omit<UnsubscribableEmail, 'to'> & { id: string; emailAddress: string; createdAt: Date },
): Promise<void> {
  await tx.query(SQL`INSERT INTO unsubscribe_request
      (id, notification_id, template_id, template_version, service_id, email_address, created_at)
    VALUES (${request.id}, ${request.notificationId}, ${request.templateId}, ${request.templateVersion},
      ${request.serviceId}, ${request.emailAddress}, ${request.createdAt})`);
}
