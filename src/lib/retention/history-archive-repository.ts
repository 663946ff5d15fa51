import { SQL } from 'sql-template-strings';
import { arrayLiteral } from '../db/array-literal.ts';
import type { Queryable } from '../db/database.ts';
import { londonDay, type CalendarDate } from '../core/london-time.ts';
import { historyColumns } from './expired-notification-repository.ts';
import type { HistoryArchive } from './history-archive.ts';

/** When the oldest message of the history at or after a time was made; null when there is none before the other time. */
export async function findOldestHistory(
  db: Queryable,
  { since, before }: { since: Date | null; before: Date },
): Promise<Date | null> {
  const statement = SQL`SELECT created_at AS at FROM notification_history WHERE created_at < ${before}`;
  if (since !== null) statement.append(SQL` AND created_at >= ${since}`);
  const { rows } = await db.query<{ at: Date }>(statement.append(' ORDER BY created_at LIMIT 1'));
  return rows[0]?.at ?? null;
}

export async function countHistoryOfDay(db: Queryable, day: CalendarDate): Promise<number> {
  const { start, end } = londonDay(day);
  const { rows } = await db.query<{ count: number }>(SQL`SELECT count(*) AS count FROM notification_history
    WHERE created_at >= ${start} AND created_at < ${end}`);
  return rows[0]!.count;
}

/** Whether all messages of a day are counted in the facts, after the day was over. */
export async function readFactsOfDay(
  db: Queryable,
  day: CalendarDate,
): Promise<{ readonly status: boolean; readonly billing: boolean }> {
  const { rows } = await db.query<{ status: boolean; billing: boolean }>(SQL`SELECT
      (SELECT count(*) FROM ft_notification_status_runs
        WHERE bst_date = ${day}::date) = cardinality(enum_range(NULL::notification_type)) AS status,
      EXISTS (SELECT FROM ft_billing_runs
        WHERE bst_date = ${day}::date AND completed_at >= ${londonDay(day).end}) AS billing`);
  return rows[0]!;
}

/** Where a page of a day goes on: after this row, its time as the database writes it. */
export interface HistoryCursor {
  readonly createdAt: string;
  readonly id: string;
}

/** Rows of the history as lines of JSON, with their places in the order. */
export async function listHistoryOfDay(
  db: Queryable,
  day: CalendarDate,
  { after, limit }: { after: HistoryCursor | null; limit: number },
): Promise<(HistoryCursor & { readonly line: string })[]> {
  const { start, end } = londonDay(day);
  const { rows } = await db.query<HistoryCursor & { line: string }>({
    name: `list_history_of_day_${after === null ? 'from_first' : 'after'}`,
    text: `SELECT id, created_at::text AS "createdAt", row_to_json(h)::text AS line
      FROM (SELECT ${historyColumns.join(', ')} FROM notification_history
        WHERE created_at >= $1 AND created_at < $2 ${after === null ? '' : 'AND (created_at, id) > ($4::timestamp, $5)'}
        ORDER BY created_at, id LIMIT $3) AS h`,
    values: [start, end, limit, ...(after === null ? [] : [after.createdAt, after.id])],
  });
  return rows;
}

/** A row of an archive, as far as it decides whether the row of the table is still the same. */
export interface ArchivedRow {
  readonly id: string;
  /** As the file has it: no rounding. */
  readonly updated_at: string | null;
}

/** Deletes those rows of the history that have not changed since. Returns how many. */
export async function deleteArchivedRows(db: Queryable, rows: readonly ArchivedRow[]): Promise<number> {
  // The order of look-ups is fixed: each row is found by its key, however few rows the planner expects.
  const { rowCount } = await db.query({
    name: 'delete_archived_rows',
    text: `DELETE FROM notification_history WHERE ctid = ANY (ARRAY(
        SELECT (SELECT ctid FROM notification_history h
          WHERE h.id = archived.id AND h.updated_at IS NOT DISTINCT FROM archived.updated_at)
        FROM unnest($1::uuid[], $2::timestamp[]) AS archived (id, updated_at)))`,
    values: [arrayLiteral(rows.map(({ id }) => id)), arrayLiteral(rows.map(({ updated_at }) => updated_at))],
  });
  return rowCount ?? 0;
}

const columns = 'bst_date::text AS day, part, key, rows, bytes, sha256';

/** The number of the next part of a day. */
export async function nextPart(db: Queryable, day: CalendarDate): Promise<number> {
  const { rows } = await db.query<{ next: number }>(SQL`SELECT coalesce(max(part), 0) + 1 AS next
    FROM notification_history_archives WHERE bst_date = ${day}::date`);
  return rows[0]!.next;
}

/** Notes an archive that lies in the storage: from now on, its rows are to go. */
export async function insertArchive(db: Queryable, archive: HistoryArchive, at: Date): Promise<void> {
  const { day, part, key, rows, bytes, sha256 } = archive;
  await db.query(SQL`INSERT INTO notification_history_archives (bst_date, part, key, rows, bytes, sha256, stored_at)
    VALUES (${day}::date, ${part}, ${key}, ${rows}, ${bytes}, ${sha256}, ${at})`);
}

/** Archives whose rows are not all deleted, oldest first. */
export async function listOpenArchives(db: Queryable): Promise<HistoryArchive[]> {
  const { rows } = await db.query<HistoryArchive>(
    `SELECT ${columns} FROM notification_history_archives WHERE deleted_at IS NULL ORDER BY bst_date, part`,
  );
  return rows;
}

/** Notes that the rows of an archive are gone. */
export async function closeArchive(db: Queryable, { day, part }: HistoryArchive, at: Date): Promise<void> {
  await db.query(SQL`UPDATE notification_history_archives SET deleted_at = ${at}
    WHERE bst_date = ${day}::date AND part = ${part}`);
}

/** The first day in [since, until] of which anything was archived; null when nothing was. */
export async function findArchivedDay(
  db: Queryable,
  { since, until }: { since: CalendarDate; until: CalendarDate },
): Promise<CalendarDate | null> {
  const { rows } = await db.query<{ day: CalendarDate | null }>(SQL`SELECT min(bst_date)::text AS day
    FROM notification_history_archives WHERE bst_date BETWEEN ${since}::date AND ${until}::date`);
  return rows[0]!.day;
}

/** Takes a lock until the transaction ends; false when another process has it. */
export async function tryArchiveLock(tx: Queryable): Promise<boolean> {
  const { rows } = await tx.query<{ taken: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('history archive', 0)) AS taken`,
  );
  return rows[0]!.taken;
}
