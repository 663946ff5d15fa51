import type { Queryable } from './database.ts';

/**
 * Tables whose every insert and update also writes a full copy to `<table>_history` (data sheet §2.1). Application code
 * decides when; no trigger does. No other code writes these tables.
 */
export type VersionedTable = 'services' | 'api_keys' | 'provider_details' | 'templates' | 'service_callback_api';

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

/** Deletes a row; its history stays. */
export async function deleteVersioned(tx: Queryable, table: 'service_callback_api', id: string): Promise<void> {
  await tx.query({ text: `DELETE FROM ${table} WHERE id = $1`, values: [id] });
}

/** A secret of one row that is stored under another key; `version` names the row of a history table. */
export interface ResealedRow {
  readonly id: string;
  readonly version: number;
  /** What the row must still hold; otherwise it is left alone. */
  readonly from: string;
  readonly to: string;
  /** The keyed digest of the same secret. */
  readonly digest: string;
}

/**
 * Stores the same secrets under another key, in a versioned table or in its history. The rows go on meaning what they
 * meant, so there is no new version and `updated_at` stays. Returns how many rows were changed.
 */
export async function resealVersioned(
  tx: Queryable,
  table: 'api_keys' | 'api_keys_history',
  rows: readonly ResealedRow[],
): Promise<number> {
  const isSameVersion = table === 'api_keys' ? '' : 'AND t.version = n.version';
  // Locked in the order of the primary key: two runs at once then wait for each other instead of deadlocking.
  const { rowCount } = await tx.query({
    text: `WITH given AS (SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[])
        AS given (id, version, was, becomes, digest)),
      locked AS MATERIALIZED (SELECT t.id, t.version, n.becomes, n.digest FROM ${table} t
        JOIN given n ON t.id = n.id AND t.secret = n.was ${isSameVersion} ORDER BY t.id, t.version FOR UPDATE OF t)
      UPDATE ${table} t SET secret = locked.becomes, secret_digest = locked.digest
      FROM locked WHERE t.id = locked.id AND t.version = locked.version`,
    values: [
      rows.map(({ id }) => id),
      rows.map(({ version }) => version),
      rows.map(({ from }) => from),
      rows.map(({ to }) => to),
      rows.map(({ digest }) => digest),
    ],
  });
  return rowCount ?? 0;
}

/** `resealVersioned` for the tokens of callbacks, which have no digest. */
export async function resealCallbackTokens(
  tx: Queryable,
  table: 'service_callback_api' | 'service_callback_api_history',
  rows: readonly Omit<ResealedRow, 'digest'>[],
): Promise<number> {
  const isSameVersion = table === 'service_callback_api' ? '' : 'AND t.version = n.version';
  const { rowCount } = await tx.query({
    text: `WITH given AS (SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[])
        AS given (id, version, was, becomes)),
      locked AS MATERIALIZED (SELECT t.id, t.version, n.becomes FROM ${table} t
        JOIN given n ON t.id = n.id AND t.bearer_token = n.was ${isSameVersion} ORDER BY t.id, t.version FOR UPDATE OF t)
      UPDATE ${table} t SET bearer_token = locked.becomes
      FROM locked WHERE t.id = locked.id AND t.version = locked.version`,
    values: [
      rows.map(({ id }) => id),
      rows.map(({ version }) => version),
      rows.map(({ from }) => from),
      rows.map(({ to }) => to),
    ],
  });
  return rowCount ?? 0;
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
