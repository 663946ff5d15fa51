import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './database.ts';
import { describeSchema, type SchemaDescription } from './describe-schema.ts';
import { listMigrationFiles, migrationsDir } from './migration-files.ts';

/** The shape that all migrations together give a database, as `migrations/expected-schema.json` records it. */
export interface ExpectedSchema extends SchemaDescription {
  /** The migrations it was made from. */
  readonly migrations: readonly string[];
  /** Rows that migrations themselves insert, by table; tables that start empty are left out. */
  readonly seedRows: Readonly<Record<string, number>>;
}

export const expectedSchemaFile = join(migrationsDir, 'expected-schema.json');

/**
 * The schema that belongs to this version of the program.
 *
 * @throws Error when the file was not made from the present migrations: only in a source checkout, after adding one
 */
export async function readExpectedSchema(): Promise<ExpectedSchema> {
  const expected = JSON.parse(await readFile(expectedSchemaFile, 'utf8')) as ExpectedSchema;
  const present = (await listMigrationFiles()).map(({ name }) => name);
  if (expected.migrations.join() !== present.join()) {
    throw new Error(
      'migrations/expected-schema.json is older than the migrations: run `node scripts/write-expected-schema.ts`',
    );
  }
  return expected;
}

/** What `migrations/expected-schema.json` has to say, from a database that was migrated and never used. */
export async function describeExpectedSchema(db: Database): Promise<ExpectedSchema> {
  const schema = await describeSchema(db);
  const seedRows: Record<string, number> = {};
  for (const table of Object.keys(schema.tables)) {
    const { rows } = await db.query<{ count: number }>(`SELECT count(*) AS count FROM public."${table}"`);
    const count = rows[0]?.count ?? 0;
    if (count > 0) seedRows[table] = count;
  }
  return { migrations: (await listMigrationFiles()).map(({ name }) => name), seedRows, ...schema };
}
