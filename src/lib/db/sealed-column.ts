import type { Queryable } from './database.ts';

/** A column of encrypted values, stored as `v1.<key id>.<ciphertext>` (`core/secret-box.ts`); null = no value. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** True when the primary key is (id, version), false when it is id. */
  readonly isHistory: boolean;
}

/** An encrypted value and the primary key of its row; `version` is 0 where the table has none. */
export interface SealedValue {
  readonly id: string;
  readonly version: number;
  readonly sealed: string;
}

/** How many values each key encrypts, by key id, null for values of another form; reads the whole table. */
export async function countSealedByKey(
  db: Queryable,
  { table, column }: SealedColumn,
): Promise<ReadonlyMap<string | null, number>> {
  const { rows } = await db.query<{ key: string | null; count: number }>(`
    SELECT substring(${column} from '^v1\\.([A-Za-z0-9_-]+)\\.') AS key, count(*) AS count FROM ${table}
    WHERE ${column} IS NOT NULL GROUP BY 1 ORDER BY 1`);
  return new Map(rows.map(({ key, count }) => [key, count]));
}

/** Some of the oldest and some of the newest values. */
export async function sampleSealed(db: Queryable, { table, column }: SealedColumn, limit: number): Promise<string[]> {
  const part = (direction: string): string =>
    `(SELECT ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL ORDER BY id ${direction} LIMIT $1)`;
  const { rows } = await db.query<{ sealed: string }>({
    text: `${part('ASC')} UNION ${part('DESC')}`,
    values: [limit],
  });
  return rows.map(({ sealed }) => sealed);
}

/** The next values after a row, in the order of the primary key, that another key than `keyId` encrypts. */
export async function listSealedWithOtherKeys(
  db: Queryable,
  { table, column, isHistory }: SealedColumn,
  page: { keyId: string; after: Pick<SealedValue, 'id' | 'version'> | null; limit: number },
): Promise<SealedValue[]> {
  const { after } = page;
  const key = isHistory ? '(id, version)' : 'id';
  const start = isHistory ? '($2::uuid, $3::integer)' : '$2::uuid';
  const { rows } = await db.query<SealedValue>({
    text: `SELECT id, ${isHistory ? 'version' : '0 AS version'}, ${column} AS sealed FROM ${table}
      WHERE ${column} IS NOT NULL AND NOT starts_with(${column}, $1) AND ($2::uuid IS NULL OR ${key} > ${start})
      ORDER BY ${isHistory ? 'id, version' : 'id'} LIMIT $${isHistory ? 4 : 3}`,
    values: [`v1.${page.keyId}.`, after?.id ?? null, ...(isHistory ? [after?.version ?? null] : []), page.limit],
  });
  return rows;
}

/**
 * Replaces the values of rows that still read `from`; the rows stay as they are otherwise. For columns of current rows
 * that have nothing else to do with the value. Returns how many it replaced.
 */
export async function replaceSealed(
  db: Queryable,
  { table, column }: Pick<SealedColumn, 'table' | 'column'>,
  values: readonly { readonly id: string; readonly from: string; readonly to: string }[],
): Promise<number> {
  // Locked in the order of the primary key: two runs at once then wait for each other instead of deadlocking.
  const { rowCount } = await db.query({
    text: `WITH given AS (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]) AS given (id, was, becomes)),
      locked AS MATERIALIZED (SELECT t.id, given.becomes FROM ${table} t
        JOIN given ON t.id = given.id AND t.${column} = given.was ORDER BY t.id FOR UPDATE OF t)
      UPDATE ${table} t SET ${column} = locked.becomes FROM locked WHERE t.id = locked.id`,
    values: [values.map(({ id }) => id), values.map(({ from }) => from), values.map(({ to }) => to)],
  });
  return rowCount ?? 0;
}
