import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';

/** Which rows of jobs have notifications, and which will get none. */

/** Of these rows, those that have a notification; moved to the history counts, too. */
export async function listStoredRows(
  tx: Queryable,
  jobId: string,
  rowNumbers: readonly number[],
): Promise<Set<number>> {
  const { rows } = await tx.query<{ row: number }>({
    name: 'list_stored_rows',
    text: `SELECT job_row_number AS row FROM notifications WHERE job_id = $1 AND job_row_number = ANY($2::int[])
      UNION ALL
      SELECT job_row_number FROM notification_history WHERE job_id = $1 AND job_row_number = ANY($2::int[])`,
    values: [jobId, rowNumbers],
  });
  return new Set(rows.map(({ row }) => row));
}

/** Whether any row from this one on has a notification, moved to the history or not. */
export async function isAnyRowStored(
  db: Queryable,
  { jobId, from }: { jobId: string; from: number },
): Promise<boolean> {
  const { rows } = await db.query<{ stored: boolean }>(SQL`
    SELECT EXISTS (SELECT FROM notifications WHERE job_id = ${jobId} AND job_row_number >= ${from})
      OR EXISTS (SELECT FROM notification_history WHERE job_id = ${jobId} AND job_row_number >= ${from}) AS stored`);
  return rows[0]!.stored;
}

/** Why a row has no notification. */
export type LeftOutReason = 'not allowed' | 'failed';

/** Takes note of rows without a notification; what was noted of them before stays. */
export async function leaveRowsOut(
  tx: Queryable,
  jobId: string,
  { rowNumbers, reason, at }: { rowNumbers: readonly number[]; reason: LeftOutReason; at: Date },
): Promise<void> {
  if (rowNumbers.length === 0) return;
  await tx.query({
    name: 'leave_rows_out',
    text: `INSERT INTO job_rows_left_out (job_id, job_row_number, reason, created_at)
      SELECT $1, row, $3, $4 FROM unnest($2::int[]) AS row ON CONFLICT DO NOTHING`,
    values: [jobId, rowNumbers, reason, at],
  });
}

/** Forgets that rows were left out: they have a notification now. */
export async function takeRowsIn(tx: Queryable, jobId: string, rowNumbers: readonly number[]): Promise<void> {
  await tx.query(
    SQL`DELETE FROM job_rows_left_out WHERE job_id = ${jobId} AND job_row_number = ANY(${rowNumbers}::int[])`,
  );
}

// A row that may not be sent to is dealt with; one that failed is not.
const isComplete = `(SELECT count(*) FROM notifications n WHERE n.job_id = j.id)
    + (SELECT count(*) FROM job_rows_left_out l WHERE l.job_id = j.id AND l.reason = 'not allowed') >= j.notification_count`;

/**
 * Moves finished jobs, of which all rows are dealt with, to `finished all notifications created`.
 *
 * @param finished when they finished, both ends excluded
 * @returns their ids
 */
export async function completeJobs(
  db: Queryable,
  { after, before, at }: { after: Date; before: Date; at: Date },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    SQL`UPDATE jobs j SET job_status = 'finished all notifications created', updated_at = ${at}
      WHERE j.job_status = 'finished' AND j.processing_finished > ${after} AND j.processing_finished < ${before} AND `
      .append(isComplete)
      .append(' RETURNING j.id'),
  );
  return rows.map(({ id }) => id);
}

/** Jobs that finished in this time, both ends excluded, and are not known to be complete. */
export async function listFinishedJobs(db: Queryable, after: Date, before: Date): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(SQL`SELECT id FROM jobs
    WHERE job_status = 'finished' AND processing_finished > ${after} AND processing_finished < ${before}
    ORDER BY processing_finished, id`);
  return rows.map(({ id }) => id);
}

/** Numbers of the rows of a job that have no notification and were not left out, ascending. */
export async function listMissingRows(db: Queryable, jobId: string): Promise<number[]> {
  const { rows } = await db.query<{
    row: number;
  }>(SQL`SELECT row FROM jobs j, generate_series(0, j.notification_count - 1) row
    WHERE j.id = ${jobId}
      AND NOT EXISTS (SELECT FROM notifications n WHERE n.job_id = ${jobId} AND n.job_row_number = row)
      AND NOT EXISTS (SELECT FROM job_rows_left_out l WHERE l.job_id = ${jobId} AND l.job_row_number = row)
    ORDER BY row`);
  return rows.map(({ row }) => row);
}
