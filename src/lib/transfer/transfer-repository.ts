import type { Queryable } from '../db/database.ts';
import { migrationsTable } from '../db/schema-status.ts';

/** A table as it is moved. */
export interface TransferTable {
  readonly name: string;
  /** Those that can be written; generated ones compute themselves. */
  readonly columns: readonly string[];
  /** Other tables that its rows refer to. */
  readonly refersTo: readonly string[];
}

/** Every table of the schema `public` except the migrator's own, by name. */
export async function listTables(db: Queryable): Promise<TransferTable[]> {
  const { rows } = await db.query<{ name: string; columns: string[]; refers_to: string[] }>(`
    SELECT c.relname AS name,
      ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attgenerated = '' ORDER BY a.attnum) AS columns,
      ARRAY(SELECT DISTINCT r.relname::text FROM pg_constraint k JOIN pg_class r ON r.oid = k.confrelid
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND r.oid <> c.oid AND r.relnamespace = c.relnamespace) AS refers_to
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname <> '${migrationsTable}'
    ORDER BY c.relname COLLATE "C"`);
  return rows.map(({ name, columns, refers_to }) => ({ name, columns, refersTo: refers_to }));
}

export async function listAppliedMigrations(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(`SELECT name FROM public.${migrationsTable} ORDER BY id`);
  return rows.map(({ name }) => name);
}

export async function readServerVersion(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ server_version: string }>('SHOW server_version');
  return rows[0]?.server_version ?? 'unknown';
}

/** Rows of a table; with `limit`, counting stops there. */
export async function countRows(db: Queryable, table: string, limit: number | null = null): Promise<number> {
  const source = limit === null ? quoted(table) : `(SELECT 1 FROM ${quoted(table)} LIMIT ${limit}) counted`;
  const { rows } = await db.query<{ count: number }>(`SELECT count(*) AS count FROM ${source}`);
  return rows[0]?.count ?? 0;
}

/** For `COPY … TO`. */
export function copySource({ name, columns }: Pick<TransferTable, 'name' | 'columns'>): string {
  // A query, not the name: the rows of partitioned tables cannot be had by name.
  return `(SELECT ${columns.map((column) => `"${column}"`).join(', ')} FROM ${quoted(name)})`;
}

/** For `COPY … FROM`. */
export function copyTarget({ name, columns }: Pick<TransferTable, 'name' | 'columns'>): string {
  return `${quoted(name)} (${columns.map((column) => `"${column}"`).join(', ')})`;
}

/** Keeps everybody else from the tables until the transaction ends. */
export async function lockTables(tx: Queryable, tables: readonly string[]): Promise<void> {
  await tx.query(`LOCK TABLE ${tables.map(quoted).join(', ')} IN ACCESS EXCLUSIVE MODE`);
}

export async function emptyTables(tx: Queryable, tables: readonly string[]): Promise<void> {
  await tx.query(`TRUNCATE ${tables.map(quoted).join(', ')}`);
}

/** Lets identity columns go on after the highest value that was loaded. */
export async function advanceSequences(tx: Queryable, table: string): Promise<void> {
  const { rows } = await tx.query<{ column: string; sequence: string }>({
    text: `SELECT a.attname AS column, pg_get_serial_sequence($1, a.attname) AS sequence FROM pg_attribute a
      WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
        AND pg_get_serial_sequence($1, a.attname) IS NOT NULL`,
    values: [quoted(table)],
  });
  for (const { column, sequence } of rows) {
    await tx.query({
      text: `SELECT setval($1::regclass, COALESCE(max("${column}"), 1), max("${column}") IS NOT NULL) FROM ${quoted(table)}`,
      values: [sequence],
    });
  }
}

/** Gathers statistics: freshly loaded tables have none, and the first plans would be bad ones. */
export async function analyzeTables(db: Queryable, tables: readonly string[]): Promise<void> {
  await db.query(`ANALYZE ${tables.map(quoted).join(', ')}`);
}

function quoted(table: string): string {
  return `public."${table}"`;
}
