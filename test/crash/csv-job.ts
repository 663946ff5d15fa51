/** A job whose workers are killed with -9 while the database restarts, for the test and for `run-csv-job.ts`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { createApp, type App } from '../../src/lib/app.ts';
import { loadConfig } from '../../src/lib/config/load.ts';
import { completeFinishedJobs } from '../../src/lib/jobs/complete-finished-jobs.ts';
import { createRowIds } from '../../src/lib/jobs/job-row-id.ts';
import type { Job } from '../../src/lib/jobs/job.ts';
import { jobsOfRowSql } from '../../src/lib/queue/bundle.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { unlockQueues } from '../../src/lib/queue/unlock-queues.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { aFileJob, readJob, smsRows } from '../support/job-files.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { waitFor } from '../support/wait.ts';
import { startOwnServer } from './own-server.ts';

export interface CsvJobPlan {
  readonly rows: number;
  /** Workers that are killed, each at a random row; half-way the database restarts. */
  readonly kills: number;
  readonly timeoutMs: number;
  readonly onEvent?: (line: string) => void;
}

export interface CsvJobReport {
  readonly status: string;
  readonly notifications: number;
  readonly distinctRows: number;
  readonly deliveryJobs: number;
  readonly dailyCount: number;
  /** Rows whose id is not the one that job and row number give. */
  readonly wrongIds: number;
  /** Rows that were handed on when each worker was killed. */
  readonly killedAt: readonly number[];
}

/** `bin/run.js` of the build; TEST_PROGRAM=bin/dev.js runs the sources. */
const programFile = resolve(import.meta.dirname, '..', '..', process.env['TEST_PROGRAM'] ?? join('bin', 'run.js'));

/** Runs it: two workers at all times, of which one has the job. Rejects when the job does not end in time. */
export async function runCsvJob(plan: CsvJobPlan): Promise<CsvJobReport> {
  await using resources = new AsyncDisposableStack();
  const { app, environment, restartDatabase } = await openInstallation(resources);
  const service = await aService(app);
  const template = await aTemplate(app, service.id);
  const job = await aFileJob(app, { template, content: smsRows(plan.rows) });

  const workers = [startWorker(resources, environment), startWorker(resources, environment)];
  const killedAt: number[] = [];
  for (let kill = 1; kill <= plan.kills; kill += 1) {
    // Somewhere in the next of equal parts; the last part is left to the end.
    const goal = Math.floor(((kill - 1 + Math.random()) / (plan.kills + 1)) * plan.rows);
    await reach(app, job, goal, plan);
    const worker = workers.shift()!;
    await worker.kill();
    killedAt.push((await readJob(app, job.id)).rowsHandedOn);
    plan.onEvent?.(`killed a worker after ${killedAt.at(-1)} rows`);
    workers.push(startWorker(resources, environment));
    if (kill === Math.ceil(plan.kills / 2)) {
      await restartDatabase();
      plan.onEvent?.('restarted the database');
    }
    await handOutAgain(app);
  }
  await waitFor(
    async () => {
      const { status } = await readJob(app, job.id);
      if (status === 'in progress' || status === 'pending') await handOutAgain(app, 2);
      return status === 'finished';
    },
    { timeout: plan.timeoutMs, what: 'the job to be finished' },
  );
  const inTwoMinutes = { now: () => new Date(Date.now() + 120_000) };
  await completeFinishedJobs({ db: app.db, clock: inTwoMinutes });
  return { ...(await readOutcome(app, job)), killedAt };
}

/** Nobody waits for the sign of life of a dead worker. Jobs of living ones are handed out, too: then two have them. */
async function handOutAgain(app: App, olderThanSeconds = 0): Promise<void> {
  await unlockQueues(app, { queues: ['process-job', 'bulk-sms', 'retry'], olderThanSeconds });
}

async function reach(app: App, job: Job, rows: number, { timeoutMs }: CsvJobPlan): Promise<void> {
  await waitFor(async () => (await readJob(app, job.id)).rowsHandedOn >= rows, {
    timeout: timeoutMs,
    what: `${rows} rows to be handed on`,
  });
}

async function readOutcome(app: App, job: Job): Promise<Omit<CsvJobReport, 'killedAt'>> {
  const { rows } = await app.db.query<{ id: string; row: number }>({
    text: 'SELECT id, job_row_number AS row FROM notifications WHERE job_id = $1',
    values: [job.id],
  });
  const idOf = createRowIds(job);
  const { rows: counts } = await app.db.query<{ jobs: number; counted: number }>({
    text: `SELECT (SELECT sum(${jobsOfRowSql}) FROM pgboss.job WHERE name = 'send-sms') AS jobs,
      (SELECT sum(count)::bigint FROM daily_counts WHERE service_id = $1 AND counted = 'sms') AS counted`,
    values: [job.serviceId],
  });
  return {
    status: (await readJob(app, job.id)).status,
    notifications: rows.length,
    distinctRows: new Set(rows.map(({ row }) => row)).size,
    deliveryJobs: counts[0]!.jobs,
    dailyCount: counts[0]!.counted,
    wrongIds: rows.filter(({ id, row }) => id !== idOf(row)).length,
  };
}

interface Installation {
  readonly app: App;
  readonly environment: Readonly<Record<string, string>>;
  readonly restartDatabase: () => Promise<void>;
}

async function openInstallation(resources: AsyncDisposableStack): Promise<Installation> {
  const server = await startOwnServer(resources, 'csv-job');
  const environment = {
    DATABASE_URL: server.url,
    NOTIFY_STATE_DIR: join(server.folder, 'state'),
    NOTIFY_SECRET_KEYS: testSecretKeys,
    NOTIFY_LOG_LEVEL: 'silent',
    HOME: server.folder,
  };
  const app = await createApp(loadConfig({ environment }).config, { name: 'notify crash test', logger: silentLogger });
  resources.defer(() => app.close());
  return { app, environment, restartDatabase: () => server.restart() };
}

interface Worker {
  /** Ends it at once. */
  kill(): Promise<void>;
}

/**
 * Works on jobs only: what becomes of the messages is another test. A worker that ends by itself, such as for want of a
 * database, is started again, as a service manager would.
 */
function startWorker(resources: AsyncDisposableStack, environment: Readonly<Record<string, string>>): Worker {
  const args = ['serve', '--role', 'worker', '--queues', 'process-job,bulk-sms,retry', '--admin-port', 'off'];
  let isKilled = false;
  let ended: Promise<unknown>;
  let child: ChildProcess;
  const start = (): void => {
    child = spawn(process.execPath, [programFile, ...args], {
      cwd: environment['HOME'],
      env: { PATH: process.env['PATH'] ?? '', CI: 'true', ...environment },
      stdio: 'ignore',
    });
    ended = once(child, 'close').then(() => (isKilled ? undefined : start()));
  };
  start();
  const kill = async (): Promise<void> => {
    isKilled = true;
    child.kill('SIGKILL');
    await ended;
  };
  resources.defer(kill);
  return { kill };
}
