import { SQL } from 'sql-template-strings';
import { londonDay, type CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import { countInBothTables } from './both-tables-repository.ts';
import type { ProcessingTime } from './processing-time.ts';

const fastSeconds = 10;

const bySpeed = countInBothTables(
  (table) => ({ fast: `coalesce(${table}.sent_at - ${table}.created_at <= interval '${fastSeconds} seconds', false)` }),
  (table) => `${table}.created_at >= $1 AND ${table}.created_at < $2 AND ${table}.api_key_id IS NOT NULL
    AND ${table}.key_type <> 'test' AND ${table}.notification_type <> 'letter'`,
);

/** Texts and emails of the API on a day in London, of both tables, and how many were handed on within ten seconds. */
export async function countProcessingTime(db: Queryable, day: CalendarDate): Promise<ProcessingTime> {
  const { start, end } = londonDay(day);
  const { rows } = await db.query<{ fast: boolean; count: number }>({ text: bySpeed, values: [start, end] });
  const messagesWithin10Secs = rows.find(({ fast }) => fast)?.count ?? 0;
  return { day, messagesTotal: rows.reduce((sum, { count }) => sum + count, 0), messagesWithin10Secs };
}

export async function saveProcessingTime(db: Queryable, measured: ProcessingTime, at: Date): Promise<void> {
  const { day, messagesTotal, messagesWithin10Secs } = measured;
  await db.query(SQL`INSERT INTO ft_processing_time (bst_date, messages_total, messages_within_10_secs, created_at)
    VALUES (${day}::date, ${messagesTotal}, ${messagesWithin10Secs}, ${at})
    ON CONFLICT (bst_date) DO UPDATE SET messages_total = excluded.messages_total,
      messages_within_10_secs = excluded.messages_within_10_secs, updated_at = excluded.created_at`);
}
