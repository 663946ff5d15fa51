import { SQL } from 'sql-template-strings';
import type { KeyType } from '../api-keys/api-key.ts';
import type { Queryable } from '../db/database.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';

/** A letter that came as a PDF, as far as its scan is concerned. */
export interface UnscannedLetter {
  readonly id: string;
  readonly keyType: KeyType;
  readonly status: NotificationStatus;
  readonly reference: string;
}

/** The oldest letters that wait for their virus check, created in a span of time, after a place in their order. */
export async function listWaitingForScan(
  db: Queryable,
  { after, before, afterId, limit }: { after: Date; before: Date; afterId: string | null; limit: number },
): Promise<UnscannedLetter[]> {
  const { rows } = await db.query<UnscannedLetter>(SQL`
    SELECT id, key_type AS "keyType", notification_status AS status, reference FROM notifications
    WHERE notification_type = 'letter' AND notification_status = 'pending-virus-check'
      AND created_at BETWEEN ${after} AND ${before} AND (${afterId}::uuid IS NULL OR id > ${afterId}::uuid)
    ORDER BY id LIMIT ${limit}`);
  return rows;
}

/** The letter with this print reference; null when there is none. */
export async function findByPrintReference(db: Queryable, reference: string): Promise<UnscannedLetter | null> {
  const { rows } = await db.query<UnscannedLetter>(SQL`
    SELECT id, key_type AS "keyType", notification_status AS status, reference FROM notifications
    WHERE reference = ${reference} AND notification_type = 'letter'`);
  return rows[0] ?? null;
}
