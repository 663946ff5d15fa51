import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../src/lib/core/errors.ts';
import { BenchError, type BenchContext } from './bench.ts';
import type { BenchDatabase } from './bench-server.ts';
import { findPgbench } from './pgbench-program.ts';
import { writePgbenchScript, type SampleMessage } from './pgbench-script.ts';

/** The yardstick: what PostgreSQL itself can store here. */
export interface Pgbench {
  /**
   * Stores messages with their queue rows, one transaction each, from 32 clients, for whole seconds (at least 1).
   * Resolves with transactions per second.
   *
   * @throws BenchError 1 when not every transaction left its two rows
   */
  rate(options: { seconds: number }): Promise<number>;
}

const clients = 32;

/** Prepares pgbench on a database that holds a message which the product stored. @throws BenchError 69 without pgbench */
export async function createPgbench(
  { folder, log }: BenchContext,
  database: BenchDatabase,
  sample: SampleMessage,
): Promise<Pgbench> {
  const program = await findPgbench({ log });
  const script = join(folder, 'store-message.sql');
  await writeFile(script, await writePgbenchScript(database, sample));
  log(`pgbench ${program.version} (${program.file})`);

  return {
    async rate({ seconds }) {
      const before = await countRows(database);
      const { tps, transactions } = readOutput(
        await runPgbench(program, database.url, script, Math.max(1, Math.round(seconds))),
      );
      const after = await countRows(database);
      const stored = { notifications: after.notifications - before.notifications, jobs: after.jobs - before.jobs };
      if (stored.notifications !== transactions || stored.jobs !== transactions) {
        throw new BenchError(
          1,
          `pgbench counted ${transactions} transactions; ${stored.notifications} notifications and ${stored.jobs} jobs were stored`,
        );
      }
      return tps;
    },
  };
}

/** How many notifications and queue rows there are. */
export async function countRows({ query }: BenchDatabase): Promise<{ notifications: number; jobs: number }> {
  const [row] = await query<{ notifications: number; jobs: number }>(
    `SELECT (SELECT count(*) FROM notifications)::int AS notifications, (SELECT count(*) FROM pgboss.job_common)::int AS jobs`,
  );
  return row!;
}

async function runPgbench(
  { file, env }: { file: string; env: NodeJS.ProcessEnv },
  url: string,
  script: string,
  seconds: number,
): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const threads = Math.min(clients, availableParallelism());
  const args = ['-n', '-M', 'prepared', '-c', `${clients}`, '-j', `${threads}`, '-T', `${seconds}`, '-f', script];
  try {
    const { stdout } = await promisify(execFile)(file, args, {
      env: {
        ...process.env,
        ...env,
        PGHOST: decodeURIComponent(hostname),
        PGPORT: port || '5432',
        PGUSER: decodeURIComponent(username),
        PGPASSWORD: decodeURIComponent(password),
        PGDATABASE: decodeURIComponent(pathname.slice(1)),
        PGTZ: 'UTC',
        PGAPPNAME: 'notify bench pgbench',
      },
      timeout: (seconds + 60) * 1000,
    });
    return stdout;
  } catch (error) {
    throw new BenchError(1, `pgbench failed: ${messageOf(error)}`, { cause: error });
  }
}

function readOutput(output: string): { tps: number; transactions: number } {
  const tps = Number(/^tps = ([\d.]+)/m.exec(output)?.[1]);
  const transactions = Number(/^number of transactions actually processed: (\d+)/m.exec(output)?.[1]);
  if (Number.isFinite(tps) && Number.isFinite(transactions) && /aborted|Run was/.exec(output) === null)
    return { tps, transactions };
  throw new BenchError(1, `pgbench printed something unexpected:\n${output}`);
}
