/** One PostgreSQL server for the whole run, with a migrated template that each test file clones. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { connectClient } from '../../src/lib/db/database.ts';
import { openEmbeddedDatabase } from '../../src/lib/db/embedded/embedded-database.ts';
import { migrateDatabase } from '../../src/lib/db/migrate-database.ts';
import { schemaSteps } from '../../src/lib/schema-steps.ts';
import './provided.ts';
import { makeCluster } from './make-cluster.ts';
import { removeFolder } from './remove-folder.ts';
import { makeRunFolder } from './run-folder.ts';

interface TestServer {
  readonly adminUrl: string;
  /** A state folder with a stopped cluster, for tests to copy. */
  readonly cluster: string | null;
  stop(): Promise<void>;
}

/** Vitest calls it before the first test that is not a unit test, and what it returns after the last. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const configuredUrl = process.env['TEST_DATABASE_URL'];
  const server = configuredUrl
    ? { adminUrl: configuredUrl, cluster: null, stop: async () => undefined }
    : await startServer();
  const prefix = `notify_test_${process.pid}_${randomBytes(3).toString('hex')}`;
  const template = `${prefix}_template`;
  const tearDown = async (): Promise<void> => {
    if (configuredUrl) await dropDatabases(configuredUrl, prefix);
    await server.stop();
  };
  try {
    await createTemplate(server.adminUrl, template);
    const { adminUrl, cluster } = server;
    // Half the work of writing every page to the log, where nothing is synced.
    const strategy = configuredUrl ? 'wal_log' : 'file_copy';
    project.provide('database', { adminUrl, cluster, template, strategy, prefix });
    return tearDown;
  } catch (error) {
    await tearDown();
    throw error;
  }
}

/** The product's own embedded server, in a folder that goes when the run ends. */
async function startServer(): Promise<TestServer> {
  const folder = await makeRunFolder('notify-test-server-');
  const cluster = join(folder, 'cluster');
  await makeCluster(cluster);
  const server = await openEmbeddedDatabase({ stateDir: join(folder, 'state') });
  const client = await connectClient(server.url, 'notify tests');
  // Nothing of this server outlives the run. Tests of durability, which kill the server, run one of their own.
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    await client.query(`ALTER SYSTEM SET ${setting} = off`);
  }
  // Its log may be in memory, too.
  await client.query(`ALTER SYSTEM SET max_wal_size = '256MB'`);
  await client.query('SELECT pg_reload_conf()');
  await client.end();
  return {
    adminUrl: server.url,
    cluster,
    async stop() {
      await server.release();
      await removeFolder(folder);
    },
  };
}

async function createTemplate(adminUrl: string, template: string): Promise<void> {
  const url = new URL(adminUrl);
  url.pathname = `/${template}`;
  const client = await connectClient(adminUrl, 'notify tests');
  try {
    // A locale that every server has and that sorts alike everywhere.
    await client.query(`CREATE DATABASE ${template} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`);
    await migrateDatabase({ url: url.href, steps: schemaSteps });
    await client.query(`ALTER DATABASE ${template} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  } finally {
    await client.end();
  }
}

async function dropDatabases(adminUrl: string, prefix: string): Promise<void> {
  const client = await connectClient(adminUrl, 'notify tests');
  try {
    await client.query(`ALTER DATABASE ${prefix}_template WITH IS_TEMPLATE false`).catch(() => undefined);
    const { rows } = await client.query<{ datname: string }>({
      text: 'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
      values: [prefix],
    });
    for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
  } finally {
    await client.end();
  }
}
