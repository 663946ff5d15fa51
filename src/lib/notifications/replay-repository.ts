import { SQL, type SQLStatement } from 'sql-template-strings';
import type { KeyType } from '../api-keys/api-key.ts';
import type { Queryable } from '../db/database.ts';
import type { NotificationStatus } from './notification-status.ts';
import type { NotificationType } from './notification.ts';
import type { ReplayFilter, ReplaySource } from './replay.ts';

export interface ReplayCandidate {
  readonly id: string;
  readonly serviceId: string;
  readonly notificationType: NotificationType;
  readonly keyType: KeyType;
  /** Of a row of a job. */
  readonly jobId: string | null;
  readonly jobRowNumber: number | null;
  readonly createdAt: Date;
  /** `created_at` exactly, for the next page. */
  readonly createdAtText: string;
}

/** Where a page goes on. */
export type ReplayCursor = Pick<ReplayCandidate, 'id' | 'createdAtText'>;

/**
 * A page of what may be replayed, oldest first. With `lock`, under row locks, and without the rows that someone else
 * holds: they are being sent, or replayed, now.
 */
export async function listReplayCandidates(
  tx: Queryable,
  source: ReplaySource,
  filter: ReplayFilter,
  { after, limit, lock }: { after: ReplayCursor | null; limit: number; lock: boolean },
): Promise<ReplayCandidate[]> {
  const statement = SQL`SELECT id, service_id AS "serviceId", notification_type AS "notificationType",
      key_type AS "keyType", job_id AS "jobId", job_row_number AS "jobRowNumber", created_at AS "createdAt", created_at::text AS "createdAtText"
    FROM notifications
    WHERE notification_status = ${source} AND notification_type = ANY(${[...filter.types]}::notification_type[])
      AND created_at >= ${filter.since} AND created_at <= ${filter.until}`;
  if (filter.serviceId !== null) statement.append(SQL` AND service_id = ${filter.serviceId}`);
  if (filter.ids.length > 0) statement.append(SQL` AND id = ANY(${[...filter.ids]}::uuid[])`);
  if (after !== null) statement.append(SQL` AND (created_at, id) > (${after.createdAtText}::timestamp, ${after.id})`);
  statement.append(lettersOf(source)).append(SQL` ORDER BY created_at, id LIMIT ${limit}`);
  if (lock) statement.append(' FOR UPDATE SKIP LOCKED');
  return (await tx.query<ReplayCandidate>(statement)).rows;
}

/**
 * Letters in `created` wait for the print run once they have sheets; what came as a PDF has no PDF to be made again.
 */
function lettersOf(source: ReplaySource): SQLStatement {
  return source === 'created'
    ? SQL` AND (notification_type <> 'letter' OR (key_type = 'normal' AND billable_units = 0 AND updated_at IS NULL))`
    : SQL` AND (notification_type <> 'letter' OR (key_type = 'normal'
        AND NOT EXISTS (SELECT FROM templates t WHERE t.id = template_id AND t.hidden)))`;
}

/** The statuses of notifications by id; those that are not there are left out. */
export async function listStatuses(
  db: Queryable,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly status: NotificationStatus; readonly serviceId: string }[]> {
  const { rows } = await db.query<{ id: string; status: NotificationStatus; serviceId: string }>(
    SQL`SELECT id, notification_status AS status, service_id AS "serviceId" FROM notifications WHERE id = ANY(${[...ids]}::uuid[])`,
  );
  return rows;
}

export interface NewPdfCandidate {
  readonly id: string;
  readonly notificationType: NotificationType;
  readonly status: NotificationStatus;
  readonly keyType: KeyType;
  /** It came as a PDF: nothing of it is made from a template. */
  readonly isPrecompiled: boolean;
}

/** What decides whether a notification may get a new PDF, under a row lock. */
export async function lockForNewPdf(tx: Queryable, id: string): Promise<NewPdfCandidate | null> {
  const { rows } = await tx.query<NewPdfCandidate>(SQL`SELECT n.id, n.notification_type AS "notificationType",
      n.notification_status AS status, n.key_type AS "keyType",
      EXISTS (SELECT FROM templates t WHERE t.id = n.template_id AND t.hidden) AS "isPrecompiled"
    FROM notifications n WHERE n.id = ${id} FOR UPDATE OF n`);
  return rows[0] ?? null;
}
