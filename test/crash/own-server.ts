/** A database server that a test may stop, in a folder of its own. Needs no test runner. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectClient } from '../../src/lib/db/database.ts';
import { openEmbeddedDatabase } from '../../src/lib/db/embedded/embedded-database.ts';
import { migrateDatabase } from '../../src/lib/db/migrate-database.ts';
import { schemaSteps } from '../../src/lib/schema-steps.ts';
import { waitFor } from '../support/wait.ts';

export interface OwnServer {
  /** Of a migrated database. */
  readonly url: string;
  /** For what else the test keeps; the database is in it. Gone at the end. */
  readonly folder: string;
  /** Stops the server in the middle of its work, and waits until it is back. */
  restart(): Promise<void>;
}

export async function startOwnServer(resources: AsyncDisposableStack, name: string): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), `notify-${name}-`));
  await chmod(folder, 0o755);
  resources.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  // This process starts the server again when it ends.
  const database = await openEmbeddedDatabase({ stateDir: join(folder, 'database') });
  const { url, dataDir } = database;
  resources.defer(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  resources.defer(() => database.release());
  await migrateDatabase({ url, steps: schemaSteps });
  const postmaster = async (): Promise<number> =>
    Number((await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n', 1)[0]);
  return {
    url,
    folder,
    async restart() {
      const pid = await postmaster();
      process.kill(pid, 'SIGINT');
      await waitFor(async () => (await postmaster()) !== pid, { timeout: 60_000, what: 'a new database server' });
      await waitFor(async () => (await connectClient(url, `notify ${name}`)).end().then(() => true), {
        timeout: 60_000,
        what: 'the database server to be back',
      });
    },
  };
}
