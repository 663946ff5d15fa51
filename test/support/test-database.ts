import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, inject } from 'vitest';
import { connectClient, openDatabase, type Database } from '../../src/lib/db/database.ts';
import './provided.ts';

/** A database of its own on the run's server. */
export interface TestDatabase {
  readonly url: string;
  readonly db: Database;
  /** Closes `db` and drops the database, whoever is still connected. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** True for a database without any schema, as an operator would hand it over. */
  readonly empty?: boolean;
}

/** Creates a database: migrated (a clone of the template), or empty. */
export async function createTestDatabase({ empty = false }: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { template, strategy, prefix } = inject('database');
  const name = `${prefix}_${randomBytes(6).toString('hex')}`;
  const source = empty ? `template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'` : template;
  await runAsAdmin(`CREATE DATABASE ${name} TEMPLATE ${source} STRATEGY ${strategy}`);
  const url = new URL(inject('database').adminUrl);
  url.pathname = `/${name}`;
  const db = openDatabase({ url: url.href, poolSize: 10, applicationName: 'notify tests' });
  return {
    url: url.href,
    db,
    async drop() {
      await db.close();
      await runAsAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/**
 * One database for the tests of a file (or of a `describe`): made before the first, dropped after the last. Its fields
 * are there once the tests run.
 */
export function useTestDatabase(options: TestDatabaseOptions = {}): Pick<TestDatabase, 'url' | 'db'> {
  let database: TestDatabase | null = null;
  beforeAll(async () => {
    database = await createTestDatabase(options);
  });
  afterAll(async () => {
    await database?.drop();
  });
  const made = (): TestDatabase => {
    if (database === null) throw new Error('The test database exists only while tests and later hooks run');
    return database;
  };
  return {
    get url() {
      return made().url;
    },
    get db() {
      return made().db;
    },
  };
}

async function runAsAdmin(statement: string): Promise<void> {
  const client = await connectClient(inject('database').adminUrl, 'notify tests');
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
