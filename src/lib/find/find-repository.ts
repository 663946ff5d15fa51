import type { Queryable } from '../db/database.ts';
import type { Findable } from './findable.ts';

export type FoundRow = Readonly<Record<string, string | number | boolean | Date | null>>;

/** The row of a table with this primary key, or null. Table and columns are constants of the program. */
export async function findRow(db: Queryable, { table, columns }: Findable, id: string): Promise<FoundRow | null> {
  const { rows } = await db.query<FoundRow>({
    text: `SELECT ${columns.join(', ')} FROM ${table} WHERE id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}
