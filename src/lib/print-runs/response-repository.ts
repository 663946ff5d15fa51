import { SQL } from 'sql-template-strings';
import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { NotificationStatus } from '../notifications/notification-status.ts';

/** A letter that the provider named. */
export interface NamedLetter {
  readonly id: string;
  readonly reference: string;
  readonly billableUnits: number;
}

/** Letters with these print references, in the history, too. */
export async function findLettersByReference(db: Queryable, references: readonly string[]): Promise<NamedLetter[]> {
  const { rows } = await db.query<NamedLetter>(SQL`SELECT id, reference, billable_units AS "billableUnits"
      FROM notifications WHERE reference = ANY(${[...references]}::text[]) AND notification_type = 'letter'
    UNION SELECT h.id, h.reference, h.billable_units FROM notification_history h
      WHERE h.reference = ANY(${[...references]}::text[]) AND h.notification_type = 'letter'
        AND NOT EXISTS (SELECT FROM notifications n WHERE n.id = h.id)`);
  return rows;
}

/** Moves letters that have one of these statuses, in the history, too. Returns the ids of those that moved. */
export async function moveLetters(
  tx: Queryable,
  ids: readonly string[],
  { to, onlyFrom, at }: { to: NotificationStatus; onlyFrom: readonly NotificationStatus[]; at: Date },
): Promise<string[]> {
  if (ids.length === 0) return [];
  const moved: string[] = [];
  for (const table of ['notifications', 'notification_history']) {
    const { rows } = await tx.query<{ id: string }>(
      SQL`UPDATE `.append(table).append(SQL` SET notification_status = ${to}, updated_at = ${at}
          WHERE id = ANY(${[...ids]}::uuid[]) AND notification_status = ANY(${[...onlyFrom]}::text[]) RETURNING id`),
    );
    moved.push(...rows.map(({ id }) => id));
  }
  return moved;
}

/** Notes how many letters of a file were sorted; a file that is read again replaces what it said. */
export async function saveSortedCounts(
  db: Queryable,
  counts: { billingDay: CalendarDate; fileName: string; sorted: number; unsorted: number; at: Date },
): Promise<void> {
  await db.query(SQL`INSERT INTO daily_sorted_letter (billing_day, file_name, sorted_count, unsorted_count, updated_at)
    VALUES (${counts.billingDay}, ${counts.fileName}, ${counts.sorted}, ${counts.unsorted}, ${counts.at})
    ON CONFLICT (billing_day, file_name) DO UPDATE
      SET sorted_count = excluded.sorted_count, unsorted_count = excluded.unsorted_count, updated_at = excluded.updated_at`);
}
