import { SQL } from 'sql-template-strings';
import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';

/** Letters of live keys in one status that were created between two times. */
export async function countLetters(
  db: Queryable,
  { status, since, before }: { status: NotificationStatus; since?: Date; before?: Date },
): Promise<number> {
  const statement = SQL`SELECT count(*) AS count FROM notifications
    WHERE notification_status = ${status} AND notification_type = 'letter' AND key_type = 'normal'`;
  if (since !== undefined) statement.append(SQL` AND created_at >= ${since}`);
  if (before !== undefined) statement.append(SQL` AND created_at < ${before}`);
  const { rows } = await db.query<{ count: number }>(statement);
  return rows[0]!.count;
}

/** Letters that the provider has had since before a time. */
export async function countSentBefore(db: Queryable, before: Date): Promise<number> {
  const { rows } = await db.query<{ count: number }>(SQL`SELECT count(*) AS count FROM notifications
    WHERE notification_status = 'sending' AND notification_type = 'letter' AND key_type = 'normal'
      AND sent_at < ${before}`);
  return rows[0]!.count;
}

/** Names of zips of a print date that were sent and not acknowledged. */
export async function listUnacknowledged(db: Queryable, printDate: CalendarDate): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(SQL`SELECT name FROM letter_zips
    WHERE print_date = ${printDate} AND state = 'sent' AND acknowledged_at IS NULL ORDER BY id`);
  return rows.map(({ name }) => name);
}

/** Notes that the provider acknowledged zips, whatever the case of their names. Returns the names that are known. */
export async function acknowledgeZips(db: Queryable, names: readonly string[], at: Date): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(SQL`UPDATE letter_zips
    SET acknowledged_at = coalesce(acknowledged_at, ${at})
    WHERE upper(name) = ANY(${names.map((name) => name.toUpperCase())}::text[]) RETURNING name`);
  return rows.map(({ name }) => name);
}
