/** Hands on the rows of one job, in a process of its own; prints what that took as one line of JSON. */
import { createApp } from '../../src/lib/app.ts';
import { loadConfig } from '../../src/lib/config/load.ts';
import { processJob } from '../../src/lib/jobs/process-job.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { peakMemoryMb } from './process-usage.ts';

/** What a run took. */
export interface CsvJobRun {
  readonly outcome: string;
  readonly ms: number;
  /** Processor time of this process. */
  readonly cpuMs: number;
  readonly peakMb: number;
}

const [jobId, batchSize] = process.argv.slice(2);
const { config } = loadConfig({ environment: process.env });
const app = await createApp(config, { name: 'notify bench', logger: silentLogger });
try {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const options = batchSize === undefined ? {} : { batchSize: Number(batchSize) };
  const outcome = await processJob(app, { jobId: jobId! }, options);
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const peakMb = (await peakMemoryMb(process.pid)) ?? 0;
  const run: CsvJobRun = { outcome, ms, cpuMs: (user + system) / 1000, peakMb };
  process.stdout.write(`${JSON.stringify(run)}\n`);
} finally {
  await app.close();
}
