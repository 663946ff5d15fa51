import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import type { CalendarDate } from '../core/london-time.ts';
import type { Postage } from '../letters/postage.ts';

/** A run of the collation. */
export interface PrintRun {
  readonly id: string;
  readonly printDate: CalendarDate;
  readonly deadline: Date;
  readonly postages: readonly Postage[];
  readonly createdAt: Date;
}

/** Takes a lock until the transaction ends; false when another process has it. */
export async function tryPrintLock(tx: Queryable, work: 'collate' | 'upload' | 'responses'): Promise<boolean> {
  const { rows } = await tx.query<{ taken: boolean }>(
    SQL`SELECT pg_try_advisory_xact_lock(hashtextextended(${`letters ${work}`}, 0)) AS taken`,
  );
  return rows[0]!.taken;
}

export async function insertPrintRun(db: Queryable, run: PrintRun): Promise<void> {
  await db.query(SQL`INSERT INTO letter_print_runs (id, print_date, deadline, postages, created_at)
    VALUES (${run.id}, ${run.printDate}, ${run.deadline}, ${[...run.postages]}, ${run.createdAt})`);
}

export async function completePrintRun(db: Queryable, id: string, at: Date): Promise<void> {
  await db.query(SQL`UPDATE letter_print_runs SET completed_at = ${at} WHERE id = ${id} AND completed_at IS NULL`);
}

/** The last run that did not come to its end. */
export async function findIncompleteRun(db: Queryable): Promise<PrintRun | null> {
  const { rows } = await db.query<PrintRun>(SQL`SELECT id, print_date::text AS "printDate", deadline, postages,
      created_at AS "createdAt"
    FROM letter_print_runs WHERE completed_at IS NULL ORDER BY created_at DESC LIMIT 1`);
  return rows[0] ?? null;
}

/** Whether a day was collated, or began to be. */
export async function hasPrintRun(db: Queryable, printDate: CalendarDate): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    SQL`SELECT EXISTS (SELECT FROM letter_print_runs WHERE print_date = ${printDate}) AS found`,
  );
  return rows[0]!.found;
}
