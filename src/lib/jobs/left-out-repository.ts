import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { LeftOutReason } from './job-row-repository.ts';

/** How many rows of a job have no notification and get none by themselves, by reason. */
export async function countRowsLeftOut(db: Queryable, jobId: string): Promise<Record<LeftOutReason, number>> {
  const { rows } = await db.query<{ reason: LeftOutReason; count: number }>(
    SQL`SELECT reason, count(*) AS count FROM job_rows_left_out WHERE job_id = ${jobId} GROUP BY reason`,
  );
  const counts: Record<LeftOutReason, number> = { 'not allowed': 0, failed: 0 };
  for (const { reason, count } of rows) counts[reason] = count;
  return counts;
}
