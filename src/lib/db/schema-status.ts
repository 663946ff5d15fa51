import { AppError } from '../core/errors.ts';
import type { Queryable } from './database.ts';
import { listMigrationFiles, migrationsDir } from './migration-files.ts';
import type { SchemaStep } from './schema-step.ts';

export const migrationsTable = 'schema_migrations';

/** How the schema of a database relates to this version of the program. */
export interface SchemaStatus {
  readonly serverVersion: string;
  readonly applied: readonly { name: string; appliedAt: Date }[];
  /** Migrations this program has and the database has not. */
  readonly pending: readonly string[];
  /** Migrations the database has and this program does not know: it is newer. */
  readonly unknown: readonly string[];
}

/** Compares the database with the program. Changes nothing. */
export async function readSchemaStatus(
  db: Queryable,
  steps: readonly SchemaStep[],
  dir = migrationsDir,
): Promise<SchemaStatus> {
  const version = await db.query<{ server_version: string }>('SHOW server_version');
  const table = await db.query<{ exists: boolean }>(
    `SELECT to_regclass('public.${migrationsTable}') IS NOT NULL AS exists`,
  );
  const applied = table.rows[0]?.exists
    ? (await db.query<{ name: string; run_on: Date }>(`SELECT name, run_on FROM ${migrationsTable} ORDER BY id`)).rows
    : [];
  const appliedNames = new Set(applied.map(({ name }) => name));
  const files = await listMigrationFiles(dir);
  const fileNames = new Set(files.map(({ name }) => name));

  const pending = files.map(({ name }) => name).filter((name) => !appliedNames.has(name));
  const unknown = [...appliedNames].filter((name) => !fileNames.has(name));
  for (const step of steps) {
    if (await step.isNewer(db)) unknown.push(step.name);
    else if ((await step.plan(db)).length > 0) pending.push(step.name);
  }
  return {
    serverVersion: version.rows[0]?.server_version ?? 'unknown',
    applied: applied.map(({ name, run_on }) => ({ name, appliedAt: run_on })),
    pending,
    unknown,
  };
}

const minimumServerVersion = 15;

/** @throws AppError DATABASE_VERSION when the server is older than PostgreSQL 15 */
export function assertServerVersion(serverVersion: string): void {
  if (Number.parseInt(serverVersion, 10) >= minimumServerVersion) return;
  throw new AppError(
    'DATABASE_VERSION',
    `The database server is PostgreSQL ${serverVersion}; ${minimumServerVersion} or newer is needed`,
  );
}

/** @throws AppError SCHEMA_NEWER when the database was migrated by a newer program */
export function assertNotNewer({ unknown }: SchemaStatus): void {
  if (unknown.length === 0) return;
  throw new AppError(
    'SCHEMA_NEWER',
    `The database was migrated by a newer version of notify (unknown here: ${unknown.join(', ')})`,
    {
      hint: 'Run that version, or restore a backup from before the upgrade. Migrations are forward only.',
      details: { unknown: [...unknown] },
    },
  );
}

/** @throws AppError DATABASE_VERSION, SCHEMA_NEWER, or SCHEMA_PENDING naming the command that mends it */
export function assertSchemaCurrent(status: SchemaStatus): void {
  assertServerVersion(status.serverVersion);
  assertNotNewer(status);
  if (status.pending.length === 0) return;
  throw new AppError(
    'SCHEMA_PENDING',
    `The database schema is not up to date (pending: ${status.pending.join(', ')})`,
    {
      hint: 'Run `notify db migrate` with the same DATABASE_URL.',
      details: { pending: [...status.pending] },
    },
  );
}

/** The name of the newest migration that the database has. */
export async function readLatestMigration(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ name: string }>(`SELECT name FROM ${migrationsTable} ORDER BY id DESC LIMIT 1`);
  return rows[0]?.name ?? 'none';
}
