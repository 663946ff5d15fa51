import type { Queryable } from './database.ts';

/**
 * Tables whose every insert and update also writes a full copy to `<table>_history` (data sheet §2.1). Application code
 * decides when; no trigger does. No other code writes these tables.
 */
export type VersionedTable = 'services' | 'api_keys' | 'provider_details' | 'templates';

type Columns = Readonly<Record<string, unknown>>;

/** Inserts a row as version 1 together with its history row and returns it. */
export async function insertVersioned<Row extends object>(
  tx: Queryable,
  table: VersionedTable,
  row: Columns & { id: string; created_at: Date },
): Promise<Row> {
  const columns = { ...row, version: 1 };
  const names = Object.keys(columns);
  return saveWithHistory<Row>(
    tx,
    table,
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')}) RETURNING *`,
    Object.values(columns),
  );
}

/**
 * Applies `changes` to one row: version + 1, `updated_at` = `at`, and a history copy of the row after the change.
 * Returns the new row, or null when no row has this id.
 */
export async function updateVersioned<Row extends object>(
  tx: Queryable,
  table: VersionedTable,
  id: string,
  changes: Columns,
  at: Date,
): Promise<Row | null> {
  const names = Object.keys(changes);
  if (names.length === 0) throw new RangeError(`A change of ${table} must change something`);
  const assignments = names.map((name, index) => `${name} = $${index + 3}`);
  const row = await saveWithHistory<Row | undefined>(
    tx,
    table,
    `UPDATE ${table} SET ${assignments.join(', ')}, version = version + 1, updated_at = $2 WHERE id = $1 RETURNING *`,
    [id, at, ...Object.values(changes)],
  );
  return row ?? null;
}

async function saveWithHistory<Row>(
  tx: Queryable,
  table: VersionedTable,
  save: string,
  values: unknown[],
): Promise<Row> {
  const { rows } = await tx.query({
    text: `WITH saved AS (${save}), history AS (INSERT INTO ${table}_history SELECT * FROM saved) SELECT * FROM saved`,
    values,
  });
  return rows[0] as Row;
}
