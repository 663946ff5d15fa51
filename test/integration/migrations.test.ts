import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/lib/app.ts';
import { connectClient } from '../../src/lib/db/database.ts';
import { migrateDatabase, type MigrateInput } from '../../src/lib/db/migrate-database.ts';
import { listMigrationFiles } from '../../src/lib/db/migration-files.ts';
import { migrationsTable, readSchemaStatus } from '../../src/lib/db/schema-status.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { schemaSteps } from '../../src/lib/schema-steps.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testConfig } from '../support/test-app.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { createSignal, waitFor } from '../support/wait.ts';

/** Runs a test on a database of its own. */
async function withDatabase(
  empty: boolean,
  work: (database: TestDatabase, migrate: Migrate) => Promise<void>,
): Promise<void> {
  const database = await createTestDatabase({ empty });
  try {
    await work(database, (input = {}) => migrateDatabase({ url: database.url, steps: schemaSteps, ...input }));
  } finally {
    await database.drop();
  }
}

type Migrate = (input?: Partial<MigrateInput>) => ReturnType<typeof migrateDatabase>;

/** A folder of migrations. */
async function migrationsFolder(files: Record<string, string>): Promise<string> {
  const folder = join(await temporaryFolder(), 'migrations');
  await mkdir(folder);
  await addFiles(folder, files);
  return folder;
}

async function addFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

async function exists({ db }: TestDatabase, relation: string): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(`SELECT to_regclass('${relation}') IS NOT NULL AS found`);
  return rows[0]!.found;
}

async function tablesOf({ db }: TestDatabase): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('public', 'pgboss') AND c.relkind IN ('r', 'p')`,
  );
  return rows[0]!.count;
}

describe('a fresh database', () => {
  it('gets every migration and the queue, and is current then', () =>
    withDatabase(true, async (database, migrate) => {
      const files = (await listMigrationFiles()).map(({ name }) => name);
      const progress: string[] = [];
      const { migrations } = await migrate({ onProgress: (line) => progress.push(line) });

      expect(migrations).toEqual([...files, 'queue']);
      expect(progress).toEqual(migrations.map((name) => `Migrated ${name}`));
      const status = await readSchemaStatus(database.db, schemaSteps);
      expect(status).toMatchObject({ pending: [], unknown: [] });
      expect(status.applied.map(({ name }) => name)).toEqual(files);
      expect(await exists(database, 'pgboss.job')).toBe(true);
    }));

  it('is left as it is by a dry run, which gives the SQL of all there is to do', () =>
    withDatabase(true, async (database, migrate) => {
      const { migrations, plan } = await migrate({ dryRun: true });

      expect(plan.map(({ name }) => name)).toEqual(migrations);
      expect(migrations.at(-1)).toBe('queue');
      const sql = plan.map((step) => step.sql).join('\n');
      for (const statement of [
        'CREATE TABLE services (',
        'CREATE SCHEMA IF NOT EXISTS pgboss',
        "create_queue('send-sms'",
      ])
        expect(sql).toContain(statement);
      expect(await tablesOf(database)).toBe(0);
    }));

  it('is refused by a program that would run on it, naming what is pending', () =>
    withDatabase(true, async ({ url }) => {
      await expect(createApp(testConfig(url), { logger: silentLogger, name: 'test' })).rejects.toMatchObject({
        code: 'SCHEMA_PENDING',
        message: expect.stringContaining('0001_create_core') as unknown,
        hint: expect.stringContaining('notify db migrate') as unknown,
      });
    }));
});

describe('a migrated database', () => {
  it('is not changed by another run', () =>
    withDatabase(false, async ({ db }, migrate) => {
      const before = await readSchemaStatus(db, schemaSteps);
      expect(await migrate()).toEqual({ migrations: [], plan: [] });
      expect(await migrate({ dryRun: true })).toEqual({ migrations: [], plan: [] });
      expect(await readSchemaStatus(db, schemaSteps)).toEqual(before);
    }));

  it('is refused when a newer program migrated it', () =>
    withDatabase(false, async ({ url, db }, migrate) => {
      await db.query(`INSERT INTO schema_migrations (name, run_on) VALUES ('9999_from_the_future', now())`);
      const newer = { code: 'SCHEMA_NEWER', details: { unknown: ['9999_from_the_future'] } };

      await expect(migrate()).rejects.toMatchObject(newer);
      await expect(migrate({ dryRun: true })).rejects.toMatchObject(newer);
      await expect(createApp(testConfig(url), { logger: silentLogger, name: 'test' })).rejects.toMatchObject(newer);
    }));

  it('is refused when its queue is newer', () =>
    withDatabase(false, async ({ db }, migrate) => {
      await db.query('UPDATE pgboss.version SET version = version + 1');
      await expect(migrate()).rejects.toMatchObject({ code: 'SCHEMA_NEWER', details: { unknown: ['queue'] } });
    }));

  it('is rid of references from jobs to their queues, those of an older version included', () =>
    withDatabase(false, async ({ db }, migrate) => {
      const references = `SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'pgboss.job_common'::regclass`;
      expect((await db.query(references)).rows).toEqual([]);
      await db.query(`ALTER TABLE pgboss.job_common
        ADD CONSTRAINT q_fkey FOREIGN KEY (name) REFERENCES pgboss.queue (name) DEFERRABLE INITIALLY DEFERRED`);
      expect((await readSchemaStatus(db, schemaSteps)).pending).toEqual(['queue']);
      expect(await migrate()).toMatchObject({ migrations: ['queue'] });
      expect((await db.query(references)).rows).toEqual([]);
    }));

  it('gets queues back that differ from what the program expects', () =>
    withDatabase(false, async ({ db }, migrate) => {
      await db.query(`UPDATE pgboss.queue SET heartbeat_seconds = 600 WHERE name = 'send-sms'`);
      await db.query(`SELECT pgboss.delete_queue('letters')`);
      expect((await readSchemaStatus(db, schemaSteps)).pending).toEqual(['queue']);

      expect(await migrate()).toMatchObject({ migrations: ['queue'] });

      const { rows } = await db.query(
        `SELECT name, heartbeat_seconds FROM pgboss.queue WHERE name IN ('letters', 'send-sms') ORDER BY name`,
      );
      expect(rows).toEqual([
        { name: 'letters', heartbeat_seconds: 20 },
        { name: 'send-sms', heartbeat_seconds: 20 },
      ]);
      expect((await readSchemaStatus(db, schemaSteps)).pending).toEqual([]);
    }));
});

describe('two starters at once', () => {
  it('are one that migrates, and others that are told so or wait for it', () =>
    withDatabase(true, async (database, migrate) => {
      const dir = await migrationsFolder({
        '0001_wait.sql': 'CREATE TABLE made_once (id int); SELECT pg_advisory_xact_lock(42);',
      });
      const gate = await connectClient(database.url, 'gate');
      await gate.query('SELECT pg_advisory_lock(42)');
      const first = migrate({ dir });
      await waitFor(
        async () => {
          const { rows } = await database.db.query(
            `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database =
               (SELECT oid FROM pg_database WHERE datname = current_database())`,
          );
          return rows.length > 0;
        },
        { what: 'the first migration to be in the middle' },
      );

      await expect(migrate({ dir })).rejects.toMatchObject({
        code: 'LOCKED',
        hint: expect.stringContaining('--wait') as unknown,
      });
      const waiting = migrate({ dir, waitMs: 20_000 });
      await gate.query('SELECT pg_advisory_unlock(42)');

      expect((await first).migrations).toEqual(['0001_wait', 'queue']);
      expect((await waiting).migrations).toEqual([]);
      await gate.end();
    }));

  it('that both wait do the work once between them', () =>
    withDatabase(true, async (_database, migrate) => {
      const results = await Promise.all([1, 2, 3].map(() => migrate({ waitMs: 20_000 })));
      const lengths = results.map(({ migrations }) => migrations.length).sort();
      expect(lengths).toEqual([0, 0, expect.any(Number)]);
      expect(lengths[2]).toBeGreaterThan(1);
    }));
});

describe('a table in use', () => {
  const files = {
    '0001_create.sql': 'CREATE TABLE busy (id int);',
    '0002_change.sql': 'CREATE TABLE beside (id int); ALTER TABLE busy ADD COLUMN extra text;',
  };

  it('gives LOCKED after some attempts, and nothing is half done', () =>
    withDatabase(true, async (database, migrate) => {
      const dir = await migrationsFolder({ '0001_create.sql': files['0001_create.sql'] });
      await migrate({ dir });
      await addFiles(dir, files);
      const reader = await connectClient(database.url, 'reader');
      await reader.query('BEGIN; SELECT * FROM busy;');

      const startedAt = performance.now();
      await expect(migrate({ dir, lockTimeoutMs: 20 })).rejects.toMatchObject({
        code: 'LOCKED',
        hint: expect.stringContaining('--lock-timeout') as unknown,
      });
      expect(performance.now() - startedAt).toBeLessThan(15_000);
      expect(await exists(database, 'beside')).toBe(false);
      expect((await readSchemaStatus(database.db, schemaSteps, dir)).pending).toEqual(['0002_change']);

      await reader.query('ROLLBACK');
      expect((await migrate({ dir })).migrations).toEqual(['0002_change']);
      await reader.end();
    }));

  it('is waited for between the attempts', () =>
    withDatabase(true, async (database, migrate) => {
      const dir = await migrationsFolder({ '0001_create.sql': files['0001_create.sql'] });
      await migrate({ dir });
      await addFiles(dir, files);
      const reader = await connectClient(database.url, 'reader');
      await reader.query('BEGIN; SELECT * FROM busy;');
      const refused = createSignal<string>({ what: 'the first attempt to be refused' });

      const migrating = migrate({ dir, lockTimeoutMs: 20, onProgress: (line) => refused.resolve(line) });
      expect(await refused.promise).toBe('A table is locked by running queries; attempt 2 of 5');
      await reader.query('ROLLBACK');

      expect((await migrating).migrations).toEqual(['0002_change']);
      expect(await exists(database, 'beside')).toBe(true);
      await reader.end();
    }));

  it.each([migrationsTable, 'pgboss.version'])(
    'may be %s itself: no migration waits for it longer than asked',
    (table) =>
      withDatabase(true, async (database, migrate) => {
        await migrate({});
        const holder = await connectClient(database.url, 'holder');
        await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE;`);
        const lines: string[] = [];

        await expect(migrate({ lockTimeoutMs: 20, onProgress: (line) => lines.push(line) })).rejects.toMatchObject({
          code: 'LOCKED',
        });
        expect(lines.at(-1)).toBe('A table is locked by running queries; attempt 5 of 5');

        await holder.query('ROLLBACK');
        expect((await migrate({})).migrations).toEqual([]);
        await holder.end();
      }),
  );
});

describe('a migration that fails', () => {
  it('is named and rolled back; those before it stay', () =>
    withDatabase(true, async (database, migrate) => {
      const dir = await migrationsFolder({
        '0001_good.sql': 'CREATE TABLE good (id int);',
        '0002_broken.sql': 'CREATE TABLE half (id int);\nSELECT nonsense;',
        '0003_after.sql': 'CREATE TABLE after (id int);',
      });
      await expect(migrate({ dir })).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        message: expect.stringMatching(/^Migration 0002_broken failed .*column "nonsense" does not exist/) as unknown,
        hint: expect.stringContaining('notify db migrate') as unknown,
      });
      expect(await exists(database, 'good')).toBe(true);
      expect(await exists(database, 'half')).toBe(false);
      expect(await exists(database, 'after')).toBe(false);

      await addFiles(dir, { '0002_broken.sql': 'CREATE TABLE half (id int);' });
      expect((await migrate({ dir })).migrations).toEqual(['0002_broken', '0003_after', 'queue']);
    }));

  it('frees the migration lock', () =>
    withDatabase(true, async (_database, migrate) => {
      const dir = await migrationsFolder({ '0001_broken.sql': 'SELECT nonsense;' });
      await expect(migrate({ dir })).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
      await expect(migrate({ dir })).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    }));

  it('is one that would run before another that was applied already', () =>
    withDatabase(true, async (database, migrate) => {
      const dir = await migrationsFolder({ '0001_a.sql': 'SELECT 1;', '0003_c.sql': 'SELECT 1;' });
      await migrate({ dir });
      await addFiles(dir, { '0002_b.sql': 'CREATE TABLE b (id int);' });
      await expect(migrate({ dir })).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        message: expect.stringContaining('0002_b') as unknown,
      });
      expect(await exists(database, 'b')).toBe(false);
    }));
});

describe('migration files', () => {
  it('may be JavaScript where a transaction is in the way', () =>
    withDatabase(true, async (database, migrate) => {
      const dir = await migrationsFolder({
        '0001_create.sql': 'CREATE TABLE t (id int);',
        '0002_index.js':
          'export const up = (pgm) => {\n  pgm.noTransaction();\n  pgm.sql("CREATE INDEX CONCURRENTLY t_id ON t (id)");\n};\n',
        'package.json': '{"type": "module"}',
        'notes.md': 'Not a migration.',
      });
      expect((await migrate({ dir })).migrations).toEqual(['0001_create', '0002_index', 'queue']);
      expect(await exists(database, 't_id')).toBe(true);
    }));
});

describe('a database that is not there', () => {
  it('is DATABASE_UNAVAILABLE', async () => {
    const url = 'postgres://nobody@127.0.0.1:1/none';
    await expect(migrateDatabase({ url, steps: schemaSteps })).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });
});
