import { SQL } from 'sql-template-strings';
import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable, Statement } from '../db/database.ts';
import { nameOf, type DailyCount, type DailyCountKey, type DailyIncrement, type StoredCount } from './daily-count.ts';

/** Counters that were to be changed and have no row. Whoever stores messages builds them, and stores again. */
export class MissingDailyCounts extends Error {
  readonly missing: readonly DailyCountKey[];

  constructor(missing: readonly DailyCountKey[]) {
    super(`${missing.length} daily counters have no row`);
    this.name = 'MissingDailyCounts';
    this.missing = missing;
  }
}

interface DailyCountRow {
  service_id: string;
  counted: DailyCountKey['counted'];
  day: CalendarDate;
  count: number;
}

interface StoredCountRow extends DailyCountRow {
  transaction: string;
}

// The driver would read a date as midnight in the local zone.
const columns = `c.service_id, c.counted, to_char(c.day, 'YYYY-MM-DD') AS day, c.count`;
const storedColumns = `${columns}, pg_current_xact_id()::text AS transaction`;

// Everybody locks the rows in the same order, so that two who change the same rows wait for each other only one way.
const lockRows = `WITH changes AS (
      SELECT service_id, counted, day, sum(by)::bigint AS by
      FROM unnest($1::uuid[], $2::text[], $3::date[], $4::bigint[]) AS change (service_id, counted, day, by)
      GROUP BY service_id, counted, day
    ), locked AS (
      SELECT d.service_id, d.counted, d.day, changes.by
      FROM daily_counts d JOIN changes USING (service_id, counted, day)
      ORDER BY d.service_id, d.counted, d.day FOR UPDATE OF d
    )`;
const isLocked = 'c.service_id = locked.service_id AND c.counted = locked.counted AND c.day = locked.day';

/**
 * Adds to counters and returns the new totals; the rows stay locked until the transaction ends.
 *
 * @throws MissingDailyCounts when a row is missing; the transaction must then be rolled back
 */
export async function addToDailyCounts(tx: Queryable, increments: readonly DailyIncrement[]): Promise<StoredCount[]> {
  const { rows } = await tx.query<StoredCountRow>(
    increments.length === 1 ? addToOne(increments[0]!) : addToSeveral(increments),
  );
  const counts = rows.map((row) => ({ ...toDailyCount(row), transaction: row.transaction }));
  const found = new Set(counts.map(nameOf));
  const missing = increments.filter((increment) => !found.has(nameOf(increment)));
  if (missing.length > 0) throw new MissingDailyCounts(missing);
  return counts;
}

function addToOne({ serviceId, counted, day, by }: DailyIncrement): Statement {
  return {
    name: 'add_to_daily_count',
    text: `UPDATE daily_counts c SET count = c.count + $4 WHERE c.service_id = $1 AND c.counted = $2 AND c.day = $3
      RETURNING ${storedColumns}`,
    values: [serviceId, counted, day, by],
  };
}

function addToSeveral(increments: readonly DailyIncrement[]): Statement {
  return {
    name: 'add_to_daily_counts',
    text: `${lockRows} UPDATE daily_counts c SET count = c.count + locked.by FROM locked WHERE ${isLocked} RETURNING ${storedColumns}`,
    values: toColumns(increments),
  };
}

/**
 * Takes from counters and returns the totals of those that changed: a counter without a row, and one that would fall
 * below 0, stay as they are (data sheet §4.4).
 */
export async function takeFromDailyCounts(tx: Queryable, decrements: readonly DailyIncrement[]): Promise<DailyCount[]> {
  const { rows } = await tx.query<DailyCountRow>({
    name: 'take_from_daily_counts',
    text: `${lockRows} UPDATE daily_counts c SET count = c.count - locked.by FROM locked
      WHERE ${isLocked} AND c.count >= locked.by RETURNING ${columns}`,
    values: toColumns(decrements),
  });
  return rows.map(toDailyCount);
}

/** The total of a counter, by primary key; null when it has no row. */
export async function findDailyCount(
  db: Queryable,
  { serviceId, counted, day }: DailyCountKey,
): Promise<number | null> {
  const { rows } = await db.query<{ count: number }>({
    name: 'find_daily_count',
    text: 'SELECT count FROM daily_counts WHERE service_id = $1 AND counted = $2 AND day = $3',
    values: [serviceId, counted, day],
  });
  return rows[0]?.count ?? null;
}

/** The same total, its row locked until the transaction ends. */
export async function lockDailyTotal(
  tx: Queryable,
  { serviceId, counted, day }: DailyCountKey,
): Promise<number | null> {
  const { rows } = await tx.query<{ count: number }>(SQL`SELECT count FROM daily_counts
    WHERE service_id = ${serviceId} AND counted = ${counted} AND day = ${day} FOR UPDATE`);
  return rows[0]?.count ?? null;
}

/** Waits for its turn at building the row of a counter; the turn ends with the transaction. */
export async function lockDailyCount(tx: Queryable, { serviceId, counted, day }: DailyCountKey): Promise<void> {
  await tx.query(
    SQL`SELECT pg_advisory_xact_lock(hashtextextended(${`daily count ${serviceId} ${counted} ${day}`}, 0))`,
  );
}

/**
 * Makes the row of a counter from the stored messages of its day, unless there is one. Messages that were cancelled on
 * that day have been given back, and are not counted.
 */
export async function insertCountedRow(tx: Queryable, { serviceId, counted, day }: DailyCountKey): Promise<void> {
  const isInternational = counted === 'international_sms';
  const statement = SQL`INSERT INTO daily_counts (service_id, counted, day, count)
    SELECT ${serviceId}::uuid, ${counted}::text, ${day}::date, count(*) FROM notifications
    WHERE service_id = ${serviceId} AND key_type IN ('normal', 'team')
      AND created_at >= ${day}::date AND created_at < ${day}::date + 1
      AND notification_type = ${isInternational ? 'sms' : counted} AND notification_status <> 'cancelled'`;
  if (isInternational) statement.append(SQL` AND international AND phone_prefix IS DISTINCT FROM '44'`);
  await tx.query(statement.append(SQL` ON CONFLICT DO NOTHING`));
}

/** Deletes rows of days before this one, at most `limit` of them. Returns how many went. */
export async function deleteDailyCountsBefore(db: Queryable, day: CalendarDate, limit: number): Promise<number> {
  const { rowCount } = await db.query(SQL`DELETE FROM daily_counts WHERE (service_id, counted, day) IN (
    SELECT service_id, counted, day FROM daily_counts WHERE day < ${day} LIMIT ${limit} FOR UPDATE SKIP LOCKED)`);
  return rowCount ?? 0;
}

function toColumns(changes: readonly DailyIncrement[]): unknown[] {
  return [
    changes.map(({ serviceId }) => serviceId),
    changes.map(({ counted }) => counted),
    changes.map(({ day }) => day),
    changes.map(({ by }) => by),
  ];
}

function toDailyCount({ service_id, counted, day, count }: DailyCountRow): DailyCount {
  return { serviceId: service_id, counted, day, count };
}
