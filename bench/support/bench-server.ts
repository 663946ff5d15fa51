import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { connectClient } from '../../src/lib/db/database.ts';
import { openEmbeddedDatabase } from '../../src/lib/db/embedded/embedded-database.ts';
import { migrateDatabase } from '../../src/lib/db/migrate-database.ts';
import { schemaSteps } from '../../src/lib/schema-steps.ts';
import { BenchError, type BenchContext, type DatabaseFacts } from './bench.ts';

/** A PostgreSQL server for one run. */
export interface BenchServer {
  readonly facts: DatabaseFacts;
  /** Makes a migrated database, dropped at the end. */
  createDatabase(): Promise<BenchDatabase>;
}

/** A migrated database of a run. */
export interface BenchDatabase {
  readonly url: string;
  /** Runs one statement. */
  readonly query: <Row>(text: string, values?: unknown[]) => Promise<Row[]>;
  /**
   * Empties the tables that messages and jobs fill, and writes everything to the disk: each measurement begins alike.
   */
  empty(): Promise<void>;
  /** Makes what autovacuum would have made of the tables a minute later. */
  settle(): Promise<void>;
}

/**
 * The server of BENCH_DATABASE_URL, whose role must be able to create databases; without it the product's own embedded
 * server, in the folder of the bench.
 *
 * @throws BenchError 69 when the server does not wait for the disk: a rate without that says nothing about a durable one
 */
export async function openBenchServer({ folder, resources, log }: BenchContext): Promise<BenchServer> {
  const configured = process.env['BENCH_DATABASE_URL'];
  const adminUrl = configured ?? (await startEmbedded(folder, resources));
  const facts = await readDatabaseFacts(adminUrl);
  if (facts.fsync !== 'on' || facts.synchronous_commit !== 'on') {
    throw new BenchError(
      69,
      `The server has fsync ${facts.fsync} and synchronous_commit ${facts.synchronous_commit}; both must be on`,
    );
  }
  log(`PostgreSQL ${facts.postgres}${configured === undefined ? ', embedded' : ''}`);
  return {
    facts,
    async createDatabase() {
      const name = `notify_bench_${process.pid}_${randomBytes(4).toString('hex')}`;
      const url = new URL(adminUrl);
      url.pathname = `/${name}`;
      await runOnce(adminUrl, `CREATE DATABASE ${name}`);
      resources.defer(() => runOnce(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).then(() => undefined));
      await migrateDatabase({ url: url.href, steps: schemaSteps });
      return describeDatabase(url.href);
    },
  };
}

/** @throws AppError DATABASE_UNAVAILABLE */
export async function readDatabaseFacts(url: string): Promise<DatabaseFacts> {
  const names = ['server_version', 'fsync', 'synchronous_commit', 'shared_buffers'] as const;
  const [row] = await runOnce<Record<(typeof names)[number], string>>(
    url,
    `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`,
  );
  const { server_version: postgres, ...rest } = row!;
  return { postgres, ...rest };
}

async function startEmbedded(folder: string, resources: AsyncDisposableStack): Promise<string> {
  const stateDir = join(folder, 'database');
  await mkdir(stateDir);
  const server = await openEmbeddedDatabase({ stateDir });
  // It may lie outside the folder, where root's server cannot enter that.
  resources.defer(() => rm(server.dataDir, { recursive: true, force: true, maxRetries: 5 }));
  resources.defer(() => server.release());
  return server.url;
}

function describeDatabase(url: string): BenchDatabase {
  return {
    url,
    query: (text, values) => runOnce(url, text, values),
    async empty() {
      await runOnce(url, 'TRUNCATE notifications, notification_events, sandbox_messages, pgboss.job_common');
      await checkpoint(url);
    },
    async settle() {
      await runOnce(url, 'VACUUM ANALYZE notifications');
      await runOnce(url, 'VACUUM ANALYZE pgboss.job_common');
      await checkpoint(url);
    },
  };
}

/** A role of somebody else's server may not be allowed to; then the server does it when it likes. */
async function checkpoint(url: string): Promise<void> {
  await runOnce(url, 'CHECKPOINT').catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== '42501') throw error;
  });
}

async function runOnce<Row>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = await connectClient(url, 'notify bench');
  try {
    return (await client.query(text, values)).rows as Row[];
  } finally {
    await client.end();
  }
}
