import type { Database, Queryable } from './database.ts';
import { migrationsTable } from './schema-status.ts';

/** The shape of a database, in a form that reads the same on every supported server version. */
export interface SchemaDescription {
  /** Enum types and their labels in order. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
  readonly tables: Readonly<Record<string, TableDescription>>;
}

export interface TableDescription {
  /** Column → type, then `not null` and `default` where they hold. What the default is does not matter. */
  readonly columns: Readonly<Record<string, string>>;
  /** Constraint → definition. `not null` belongs to the columns. */
  readonly constraints: Readonly<Record<string, string>>;
  /** Index → definition; those of constraints are left out. */
  readonly indexes: Readonly<Record<string, string>>;
  /** Trigger → definition; `DISABLED` where it does not fire. */
  readonly triggers: Readonly<Record<string, string>>;
}

/** Reads the shape of everything in the schema `public`, except the migrator's own table. */
export async function describeSchema(db: Database): Promise<SchemaDescription> {
  return db.transaction(async (tx) => {
    // With an empty path every name is spelled out, whatever path the role has been given.
    await tx.query(`SET LOCAL search_path = ''`);
    const columns = await readColumns(tx);
    const constraints = await readConstraints(tx);
    const indexes = await readIndexes(tx);
    const triggers = await readTriggers(tx);
    const enums = await readEnums(tx);
    const tables = [...new Set(columns.map(({ table }) => table))].map((table) => [
      table,
      {
        columns: entriesOf(columns, table),
        constraints: entriesOf(constraints, table),
        indexes: entriesOf(indexes, table),
        triggers: entriesOf(triggers, table),
      },
    ]);
    return { enums, tables: Object.fromEntries(tables) as SchemaDescription['tables'] };
  });
}

interface NamedPart {
  table: string;
  name: string;
  definition: string;
}

const ownTables = `c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND c.relname <> '${migrationsTable}'`;

async function readColumns(tx: Queryable): Promise<NamedPart[]> {
  const { rows } = await tx.query<NamedPart>(`
    SELECT c.relname AS table, a.attname AS name,
      concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
        CASE WHEN a.atthasdef OR a.attidentity <> '' THEN 'default' END) AS definition
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE ${ownTables} ORDER BY c.relname COLLATE "C", a.attnum`);
  return rows;
}

async function readConstraints(tx: Queryable): Promise<NamedPart[]> {
  // PostgreSQL 18 also lists NOT NULL (n) here; the columns tell that on every version.
  const { rows } = await tx.query<NamedPart>(`
    SELECT c.relname AS table, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE ${ownTables} AND k.contype <> 'n' ORDER BY c.relname COLLATE "C", k.conname COLLATE "C"`);
  return rows;
}

async function readIndexes(tx: Queryable): Promise<NamedPart[]> {
  const { rows } = await tx.query<NamedPart>(`
    SELECT c.relname AS table, i.relname AS name,
      pg_get_indexdef(i.oid) || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END AS definition
    FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    WHERE ${ownTables}
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
    ORDER BY c.relname COLLATE "C", i.relname COLLATE "C"`);
  return rows;
}

async function readTriggers(tx: Queryable): Promise<NamedPart[]> {
  const { rows } = await tx.query<NamedPart>(`
    SELECT c.relname AS table, t.tgname AS name,
      pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'D' THEN ' DISABLED' ELSE '' END AS definition
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE ${ownTables} AND NOT t.tgisinternal ORDER BY c.relname COLLATE "C", t.tgname COLLATE "C"`);
  return rows;
}

async function readEnums(tx: Queryable): Promise<Record<string, string[]>> {
  const { rows } = await tx.query<{ name: string; labels: string[] }>(`
    SELECT t.typname AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS labels
    FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
    WHERE t.typnamespace = 'public'::regnamespace GROUP BY t.typname ORDER BY t.typname COLLATE "C"`);
  return Object.fromEntries(rows.map(({ name, labels }) => [name, labels]));
}

function entriesOf(parts: readonly NamedPart[], table: string): Record<string, string> {
  const own = parts.filter((part) => part.table === table);
  return Object.fromEntries(own.map(({ name, definition }) => [name, definition.replaceAll('public.', '')]));
}
