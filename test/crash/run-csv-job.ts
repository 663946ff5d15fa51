/** `node test/crash/run-csv-job.ts --rows 100000 --kills 10`: the crash test of jobs at full size. */
import { parseArgs } from 'node:util';
import { runCsvJob } from './csv-job.ts';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '100000' }, kills: { type: 'string', default: '10' } },
});
const rows = Number(values.rows);
const startedAt = performance.now();
const report = await runCsvJob({
  rows,
  kills: Number(values.kills),
  timeoutMs: 300_000,
  onEvent: (line) => console.error(line),
});
console.log(JSON.stringify({ ...report, seconds: (performance.now() - startedAt) / 1000 }, null, 2));
const { status, notifications, distinctRows, deliveryJobs, dailyCount, wrongIds } = report;
const isRight =
  status === 'finished all notifications created' &&
  [notifications, distinctRows, deliveryJobs, dailyCount].every((count) => count === rows) &&
  wrongIds === 0;
process.exitCode = isRight ? 0 : 1;
