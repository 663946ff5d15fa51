import type pg from 'pg';
import { runner } from 'node-pg-migrate';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError, isAppError, messageOf } from '../core/errors.ts';
import { connectClient, type Queryable } from './database.ts';
import { listMigrationFiles, migrationFilePattern, migrationsDir, readMigration } from './migration-files.ts';
import { assertNotNewer, assertServerVersion, migrationsTable, readSchemaStatus } from './schema-status.ts';
import type { SchemaStep } from './schema-step.ts';

export interface MigrateInput {
  url: string;
  steps: readonly SchemaStep[];
  /** Only say what would run. */
  dryRun?: boolean;
  /** Longest wait for a table lock in milliseconds, so that a migration never queues traffic behind it. */
  lockTimeoutMs?: number;
  /** How long to wait for another migration to end, in milliseconds; 0 = not at all. */
  waitMs?: number;
  dir?: string;
  onProgress?: (line: string) => void;
}

export interface MigrateResult {
  /** Names that ran, or would run with `dryRun`; empty when the schema was up to date. */
  migrations: string[];
  /** With `dryRun`, the SQL of each. */
  plan: { name: string; sql: string }[];
}

// Any fixed number: all versions of the program must agree on it.
const migrationLock = 5_071_960_11;
const lockAttempts = 5;
const lockNotAvailable = '55P03';

/**
 * Brings the schema up to date: the files of `migrations/` in order, each in its own transaction, then the steps of
 * libraries. Takes an advisory lock before anything else, so of two starters one runs and the other finds it done.
 *
 * @throws AppError LOCKED when another migration runs (and `waitMs` passed) or a table stays locked; SCHEMA_NEWER;
 *   MIGRATION_FAILED naming the migration; DATABASE_UNAVAILABLE
 */
export async function migrateDatabase(input: MigrateInput): Promise<MigrateResult> {
  const client = await connectClient(input.url, 'notify migrate');
  try {
    const db: Queryable = { query: (statement) => client.query(statement as pg.QueryConfig) };
    if (input.dryRun) return await planMigrations(db, input);
    await takeLock(db, input.waitMs ?? 0);
    return await runMigrations(client, db, input);
  } finally {
    await client.end();
  }
}

async function planMigrations(db: Queryable, { steps, dir = migrationsDir }: MigrateInput): Promise<MigrateResult> {
  const status = await readSchemaStatus(db, steps, dir);
  assertServerVersion(status.serverVersion);
  assertNotNewer(status);
  const plan: MigrateResult['plan'] = [];
  for (const file of await listMigrationFiles(dir)) {
    if (status.pending.includes(file.name)) plan.push({ name: file.name, sql: await readMigration(file) });
  }
  for (const step of steps) {
    if (status.pending.includes(step.name)) plan.push({ name: step.name, sql: (await step.plan(db)).join('\n') });
  }
  return { migrations: plan.map(({ name }) => name), plan };
}

async function runMigrations(client: pg.Client, db: Queryable, input: MigrateInput): Promise<MigrateResult> {
  const { steps, dir = migrationsDir, lockTimeoutMs = 4000, onProgress = () => undefined } = input;
  await db.query(`SET lock_timeout = ${Math.trunc(lockTimeoutMs)}`);
  const retrying = <T>(work: () => Promise<T>): Promise<T> => retryWhileLocked(db, { lockTimeoutMs, onProgress }, work);

  const before = await retrying(() => readSchemaStatus(db, steps, dir));
  assertServerVersion(before.serverVersion);
  assertNotNewer(before);
  try {
    await retrying(() =>
      runner({
        dbClient: client,
        dir,
        ignorePattern: `(?!${migrationFilePattern.source.slice(1)}).*`,
        migrationsTable,
        direction: 'up',
        singleTransaction: false,
        checkOrder: true,
        noLock: true,
        logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
      }),
    );
  } catch (error) {
    throw migrationFailure(error, await firstPending(db, steps, dir));
  }
  for (const step of steps) {
    if (!before.pending.includes(step.name)) continue;
    try {
      await retrying(() => step.apply(db));
    } catch (error) {
      throw migrationFailure(error, step.name);
    }
  }
  for (const name of before.pending) onProgress(`Migrated ${name}`);
  return { migrations: [...before.pending], plan: [] };
}

/**
 * Repeats work that gave up waiting for a table lock. Between attempts the queue behind the table drains.
 *
 * @throws AppError LOCKED after the last attempt; whatever else `work` throws, its transaction rolled back
 */
async function retryWhileLocked<T>(
  db: Queryable,
  { lockTimeoutMs, onProgress }: { lockTimeoutMs: number; onProgress: (line: string) => void },
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      await db.query('ROLLBACK');
      if ((error as { code?: unknown }).code !== lockNotAvailable) throw error;
      if (attempt === lockAttempts) {
        throw new AppError(
          'LOCKED',
          `A table stayed locked for ${lockTimeoutMs} ms in ${lockAttempts} attempts; nothing after the last finished migration ran`,
          {
            hint: 'Try again when traffic is lower, or raise --lock-timeout.',
            cause: error,
          },
        );
      }
      onProgress(`A table is locked by running queries; attempt ${attempt + 1} of ${lockAttempts}`);
      await delay(500 + Math.random() * 1500);
    }
  }
}

async function takeLock(db: Queryable, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const { rows } = await db.query<{ taken: boolean }>({
      text: 'SELECT pg_try_advisory_lock($1) AS taken',
      values: [migrationLock],
    });
    if (rows[0]?.taken) return;
    if (performance.now() >= deadline) {
      throw new AppError('LOCKED', 'Another process is migrating this database', {
        hint: 'Try again when it is done, or wait for it with --wait.',
      });
    }
    // Polling with jitter: a blocking lock would hold a snapshot and stop CREATE INDEX CONCURRENTLY of the other process.
    await delay(100 + Math.random() * 400);
  }
}

/** The migration that an error stopped: those before it are applied. */
async function firstPending(db: Queryable, steps: readonly SchemaStep[], dir: string): Promise<string | undefined> {
  try {
    return (await readSchemaStatus(db, steps, dir)).pending[0];
  } catch {
    // The connection is gone; the error itself says so.
    return undefined;
  }
}

function migrationFailure(error: unknown, name?: string): unknown {
  if (isAppError(error)) return error;
  const { position, where } = error as { position?: string; where?: string };
  return new AppError(
    'MIGRATION_FAILED',
    `${name ? `Migration ${name}` : 'A migration'} failed and was rolled back: ${messageOf(error)}`,
    {
      hint: 'Earlier migrations stay applied. Mend the cause and run `notify db migrate` again.',
      details: { ...(position && { position }), ...(where && { where }) },
      cause: error,
    },
  );
}
