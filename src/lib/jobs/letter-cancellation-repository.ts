import { SQL } from 'sql-template-strings';
import type { KeyType } from '../api-keys/api-key.ts';
import type { Queryable } from '../db/database.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';

/** Letters that were cancelled: how many of a type of key were made on a UTC day. */
export interface CancelledLetters {
  readonly keyType: KeyType;
  /** The time at which one of them was made. */
  readonly createdAt: Date;
  readonly times: number;
}

/** Cancels the letters of a job that have one of these statuses. */
export async function cancelLettersOfJob(
  tx: Queryable,
  { serviceId, jobId }: { serviceId: string; jobId: string },
  { onlyFrom, at }: { onlyFrom: readonly NotificationStatus[]; at: Date },
): Promise<CancelledLetters[]> {
  const { rows } = await tx.query<CancelledLetters>(SQL`WITH cancelled AS (
      UPDATE notifications SET notification_status = 'cancelled', billable_units = 0, updated_at = ${at}
      WHERE job_id = ${jobId} AND service_id = ${serviceId} AND notification_status = ANY(${[...onlyFrom]}::text[])
      RETURNING key_type, created_at)
    SELECT key_type AS "keyType", min(created_at) AS "createdAt", count(*) AS times
    FROM cancelled GROUP BY key_type, created_at::date`);
  return rows;
}

/** How many letters of a job there are, and how many of them are not cancelled. */
export async function countLettersOfJob(tx: Queryable, jobId: string): Promise<{ all: number; left: number }> {
  const { rows } = await tx.query<{ all: number; left: number }>(SQL`SELECT count(*) AS all,
      count(*) FILTER (WHERE notification_status <> 'cancelled') AS left FROM notifications WHERE job_id = ${jobId}`);
  return rows[0]!;
}
