import { AppError } from '../core/errors.ts';
import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import { findArchivedDay } from './history-archive-repository.ts';
import { archiveArea } from './history-archive.ts';

/**
 * Refuses to count days again whose messages, or some of them, are no longer in the database: what was counted before would
 * be lost.
 *
 * @throws AppError REFUSED naming the first such day in [since, until]
 */
export async function assertNotArchived(
  { db }: { readonly db: Queryable },
  { since, until }: { readonly since: CalendarDate; readonly until: CalendarDate },
): Promise<void> {
  const day = await findArchivedDay(db, { since, until });
  if (day === null) return;
  throw new AppError('REFUSED', `The history of ${day} is archived: its messages cannot be counted any more`, {
    hint: `What was counted of it before stays. Its messages are in files of '${archiveArea}' in the storage.`,
    details: { day },
  });
}
