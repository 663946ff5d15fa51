import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { createApp, type App, type AppOptions } from '../../src/lib/app.ts';
import { loadConfig } from '../../src/lib/config/load.ts';
import type { Config } from '../../src/lib/config/schema.ts';
import { connectClient } from '../../src/lib/db/database.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import type { QueueName } from '../../src/lib/queue/queues.ts';
import type { Worker } from '../../src/lib/queue/worker.ts';
import { runScheduler, runWorkers } from '../../src/lib/run-workers.ts';
import { startServer } from '../../src/server/listen.ts';
import { testSecretKeys } from './secret-keys.ts';
import { createTestDatabase } from './test-database.ts';
import { waitFor } from './wait.ts';

export interface TestAppOptions extends Partial<Omit<AppOptions, 'name'>> {
  /** Configuration that differs from the defaults. */
  readonly config?: Partial<Config>;
  /** Another app's database; without it the app gets a clone of the template, dropped when it closes. */
  readonly databaseUrl?: string;
}

/** The app of a process, on a database of its own. */
export interface TestApp extends App {
  readonly databaseUrl: string;
  /** Works on queues in this process; the app must have been made with `supervise`. */
  runWorkers(queues: readonly QueueName[]): Promise<Worker>;
  /** Fires scheduled tasks; the app must have been made with `schedule`. */
  runScheduler(): Promise<void>;
}

export interface TestServer {
  readonly url: string;
  readonly adminUrl: string;
  close(): Promise<void>;
}

/** Makes an app. Closing it checks that it let go of the database. */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { config: changes = {}, databaseUrl, ...appOptions } = options;
  const database = databaseUrl === undefined ? await createTestDatabase() : null;
  const url = database?.url ?? databaseUrl!;
  try {
    // Names the app's connections, so that those it leaves are told from other apps' of the same database.
    appNumber += 1;
    const name = `notify test app ${process.pid}-${appNumber}`;
    const app = await createApp(testConfig(url, changes), { logger: silentLogger, ...appOptions, name });
    let closing: Promise<void> | null = null;
    return {
      ...app,
      databaseUrl: url,
      runWorkers: (queues) => runWorkers(app, queues),
      runScheduler: () => runScheduler(app),
      close: () =>
        (closing ??= (async () => {
          await app.close();
          await assertDisconnected(url, name);
          await database?.drop();
          if (database !== null) await rm(storageDirOf(url), { recursive: true, force: true });
        })()),
    };
  } catch (error) {
    await database?.drop();
    throw error;
  }
}

let appNumber = 0;

/**
 * One app for the tests of a file (or of a `describe`). Its fields are there once the tests run; close nothing yourself.
 */
export function useTestApp(options: TestAppOptions = {}): TestApp {
  const app = {} as TestApp;
  beforeAll(async () => {
    Object.assign(app, await createTestApp(options));
  });
  afterAll(async () => {
    await app.close?.();
  });
  return app;
}

/** Makes apps for single tests: each is closed after its test, the last first. */
export function useTestApps(defaults: TestAppOptions = {}): (options?: TestAppOptions) => Promise<TestApp> {
  const apps: TestApp[] = [];
  afterEach(async () => {
    for (const app of apps.splice(0).reverse()) await app.close();
  });
  return async (options = {}) => {
    const app = await createTestApp({ ...defaults, ...options });
    apps.push(app);
    return app;
  };
}

/** The configuration of an app in tests: the defaults, and nothing of the machine's environment. */
export function testConfig(databaseUrl: string, changes: Partial<Config> = {}): Config {
  const environment = { DATABASE_URL: databaseUrl, NOTIFY_SECRET_KEYS: testSecretKeys, HOME: '/nonexistent' };
  const storageDir = storageDirOf(databaseUrl);
  return { ...loadConfig({ environment }).config, storageDir, shutdownGrace: 5, ...changes };
}

/** Apps of one database share their files, as they do in an installation. */
function storageDirOf(databaseUrl: string): string {
  return join(tmpdir(), 'notify-test-files', new URL(databaseUrl).pathname.slice(1) || 'notify');
}

/** Listens on free ports; the listeners go with `close`. */
export async function startTestServer(app: App): Promise<TestServer> {
  const local = '127.0.0.1';
  const server = await startServer(app, { api: true, host: local, port: 0, adminHost: local, adminPort: 0 });
  return { url: server.url!, adminUrl: server.adminUrl!, close: () => server.close() };
}

async function assertDisconnected(url: string, name: string): Promise<void> {
  const client = await connectClient(url, 'notify tests');
  try {
    await waitFor(
      async () => {
        const { rows } = await client.query<{ query: string }>({
          text: `SELECT application_name || ': ' || query AS query FROM pg_stat_activity
                 WHERE datname = current_database() AND starts_with(application_name, $1)`,
          values: [name],
        });
        if (rows.length > 0) throw new Error(rows.map(({ query }) => query).join('; '));
        return true;
      },
      { timeout: 5000, what: 'the closed app to have no database connection left' },
    );
  } finally {
    await client.end();
  }
}
