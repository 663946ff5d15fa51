/**
 * Hands on the rows of two jobs, in a process of its own, as workers do that live long: the first warms up. Prints what the
 * second took as one line of JSON.
 */
import type * as AppModule from '../../src/lib/app.ts';
import type * as LoadModule from '../../src/lib/config/load.ts';
import type * as ProcessJobModule from '../../src/lib/jobs/process-job.ts';
import type * as LoggerModule from '../../src/lib/observability/logger.ts';
import { importBuilt } from './built.ts';
import { peakMemoryMb } from './process-usage.ts';

const [{ createApp }, { loadConfig }, { processJob }, { silentLogger }] = await Promise.all([
  importBuilt<typeof AppModule>('lib/app.ts'),
  importBuilt<typeof LoadModule>('lib/config/load.ts'),
  importBuilt<typeof ProcessJobModule>('lib/jobs/process-job.ts'),
  importBuilt<typeof LoggerModule>('lib/observability/logger.ts'),
]);

/** What a run took. */
export interface CsvJobRun {
  readonly outcome: string;
  readonly ms: number;
  /** Processor time of this process. */
  readonly cpuMs: number;
  readonly peakMb: number;
}

const [warmUpJobId, jobId, batchSize] = process.argv.slice(2);
const { config } = loadConfig({ environment: process.env });
const app = await createApp(config, { name: 'notify bench', logger: silentLogger });
const options = batchSize === undefined ? {} : { batchSize: Number(batchSize) };
try {
  await processJob(app, { jobId: warmUpJobId! }, options);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const outcome = await processJob(app, { jobId: jobId! }, options);
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const peakMb = (await peakMemoryMb(process.pid)) ?? 0;
  const run: CsvJobRun = { outcome, ms, cpuMs: (user + system) / 1000, peakMb };
  process.stdout.write(`${JSON.stringify(run)}\n`);
} finally {
  await app.close();
}
