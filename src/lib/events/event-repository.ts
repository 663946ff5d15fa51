import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { AuditEvent } from './event.ts';

export async function insertEvent(db: Queryable, { id, eventType, data, createdAt }: AuditEvent): Promise<void> {
  await db.query(SQL`INSERT INTO events (id, event_type, created_at, data)
    VALUES (${id}, ${eventType}, ${createdAt}, ${JSON.stringify(data)})`);
}

/** Deletes at most `limit` events from before this time; returns how many there were. */
export async function deleteEventsBefore(
  db: Queryable,
  { before, limit }: { before: Date; limit: number },
): Promise<number> {
  const { rowCount } = await db.query(SQL`DELETE FROM events
    WHERE id IN (SELECT id FROM events WHERE created_at < ${before} ORDER BY created_at LIMIT ${limit})`);
  return rowCount ?? 0;
}
