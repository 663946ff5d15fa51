import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createApp, type App } from '../src/lib/app.ts';
import { loadConfig } from '../src/lib/config/load.ts';
import { withCopySession } from '../src/lib/db/copy-session.ts';
import { createJob } from '../src/lib/jobs/create-job.ts';
import { silentLogger } from '../src/lib/observability/logger.ts';
import { jobsOfRowSql } from '../src/lib/queue/bundle.ts';
import { setUploadMetadata, storeUpload } from '../src/lib/uploads/upload-file.ts';
import { systemUserId } from '../src/lib/users/user.ts';
import { BenchError, type Bench } from './support/bench.ts';
import { openBenchServer, type BenchDatabase } from './support/bench-server.ts';
import { benchEnvironment, createBenchService, type BenchService } from './support/bench-service.ts';
import type { CsvJobRun } from './support/csv-job-worker.ts';
import { interleave } from './support/interleave.ts';
import { benchRecipient } from './support/load-plan.ts';
import { countRows } from './support/pgbench.ts';
import { ensureBuilt, runNode } from './support/program.ts';
import { medianOf } from './support/statistics.ts';

const rowsAtScale1 = 100_000;
/** As a share of the rows that are measured. */
const warmUpShare = 0.2;
const worker = join(import.meta.dirname, 'support', 'csv-job-worker.ts');

/**
 * A file of recipients: parsed, validated, rendered and stored with its delivery jobs by a worker, against COPY of the
 * notifications that it makes into the same table, and of notifications and jobs into theirs.
 */
export const csvJob: Bench = {
  name: 'csv-job',
  diskNeeded: (scale) => 1024 ** 3 + scale * 1024 ** 3,

  async run(context) {
    const { folder, rounds, scale, resources, log } = context;
    ensureBuilt(log);
    const rows = Math.max(1, Math.round(rowsAtScale1 * scale));
    const warmUpRows = Math.ceil(rows * warmUpShare);
    const allRows = warmUpRows + rows;
    const server = await openBenchServer(context);
    const database = await server.createDatabase();
    const service = await createBenchService(database);
    const home = join(folder, 'home');
    await mkdir(home);
    const env = { ...benchEnvironment(database), NOTIFY_STATE_DIR: home, HOME: home };
    const app = await createApp(loadConfig({ environment: env }).config, {
      name: 'notify bench',
      logger: silentLogger,
    });
    resources.defer(() => app.close());
    const dump = (table: Table): string => join(folder, `${table}.copy`);

    const samples = await interleave(
      rounds,
      {
        job: async () => {
          await database.empty();
          const jobs = [await createCsvJob(app, service, warmUpRows), await createCsvJob(app, service, rows)];
          const run = await runWorker(jobs, { home, env });
          await assertStored(database, allRows, run);
          for (const table of tables) await copyOut(database, table, dump(table));
          return run;
        },
        copy: async () => {
          await database.empty();
          const startedAt = performance.now();
          await copyIn(database, 'notifications', dump('notifications'));
          const notificationsAt = performance.now();
          await copyIn(database, 'pgboss.job_common', dump('pgboss.job_common'));
          return {
            notifications: (notificationsAt - startedAt) / 1000,
            both: (performance.now() - startedAt) / 1000,
          };
        },
      },
      (name, round) => log(`Round ${round} of ${rounds}: ${name}`),
    );

    const perSecond = medianOf(samples.job, ({ ms }) => (rows / ms) * 1000);
    const copyPerSecond = allRows / medianOf(samples.copy, ({ notifications }) => notifications);
    const copyWithJobsPerSecond = allRows / medianOf(samples.copy, ({ both }) => both);
    return {
      figures: {
        rows,
        rows_per_second: perSecond,
        worker_cpu_us_per_row: medianOf(samples.job, ({ cpuMs }) => (cpuMs / rows) * 1000),
        copy_rows_per_second: copyPerSecond,
        copy_with_jobs_rows_per_second: copyWithJobsPerSecond,
        peak_rss_mb: Math.max(...samples.job.map(({ peakMb }) => peakMb)),
      },
      ratios: { vs_copy: perSecond / copyPerSecond, vs_copy_with_jobs: perSecond / copyWithJobsPerSecond },
      database: server.facts,
    };
  },
};

async function createCsvJob(app: App, service: BenchService, rows: number): Promise<string> {
  const upload = { serviceId: service.id, uploadId: app.ids.secret() };
  const originalFileName = 'appointments.csv';
  await storeUpload(app.storage, { ...upload, originalFileName, content: csvOf(rows) });
  const metadata = { originalFileName, notificationCount: rows, templateId: service.smsTemplateId, senderId: null };
  await setUploadMetadata(app.storage, upload, metadata);
  const body = { id: upload.uploadId, created_by: systemUserId };
  const { id } = await createJob(app, { serviceId: service.id, body });
  return id;
}

const linesOfChunk = 1000;

/** Five columns, about 70 bytes a row. */
async function* csvOf(rows: number): AsyncGenerator<string> {
  yield 'phone number,name,day,reference,notes\r\n';
  for (let from = 0; from < rows; from += linesOfChunk) {
    const lines = Array.from({ length: Math.min(linesOfChunk, rows - from) }, (_, offset) => {
      const row = from + offset;
      return `${benchRecipient(row)},Ann Example ${row},Monday 4 May,bench-${row},"Window, ground floor"\r\n`;
    });
    yield lines.join('');
  }
}

async function runWorker(
  jobIds: readonly string[],
  { home, env }: { home: string; env: Readonly<Record<string, string>> },
): Promise<CsvJobRun> {
  const { stdout } = await runNode([worker, ...jobIds], { home, env });
  return JSON.parse(stdout) as CsvJobRun;
}

async function assertStored(database: BenchDatabase, rows: number, { outcome }: CsvJobRun): Promise<void> {
  const { notifications } = await countRows(database);
  const [queued] = await database.query<{ jobs: number }>(
    `SELECT sum(${jobsOfRowSql})::int AS jobs FROM pgboss.job_common WHERE name = 'send-sms'`,
  );
  if (outcome === 'finished' && notifications === rows && queued?.jobs === rows) return;
  throw new BenchError(
    1,
    `The job is ${outcome}: ${rows} rows made ${notifications} notifications and ${queued?.jobs} delivery jobs`,
  );
}

const copied = { applicationName: 'notify bench' } as const;

/** What a row becomes. */
const tables = ['notifications', 'pgboss.job_common'] as const;

type Table = (typeof tables)[number];

async function copyOut({ url }: BenchDatabase, table: Table, file: string): Promise<void> {
  await withCopySession({ ...copied, url, mode: 'snapshot' }, (session) =>
    pipeline(session.copyOut(table), createWriteStream(file)),
  );
}

async function copyIn({ url }: BenchDatabase, table: Table, file: string): Promise<void> {
  await withCopySession({ ...copied, url, mode: 'load' }, (session) =>
    pipeline(createReadStream(file), session.copyIn(table)),
  );
}
