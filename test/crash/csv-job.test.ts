/** A job whose workers are killed while it is handed on: every row becomes one message. */
import { expect, it } from 'vitest';
import { runCsvJob } from './csv-job.ts';

it(
  'makes one notification of each row, counts it once and ends complete, though four workers are killed with -9 and the database restarts',
  { timeout: 180_000 },
  async () => {
    const rows = 20_000;
    const { killedAt, ...outcome } = await runCsvJob({ rows, kills: 4, timeoutMs: 60_000 });
    expect(outcome).toEqual({
      status: 'finished all notifications created',
      notifications: rows,
      distinctRows: rows,
      deliveryJobs: rows,
      dailyCount: rows,
      wrongIds: 0,
    });
    expect(killedAt).toHaveLength(4);
    expect(Math.min(...killedAt), 'a worker was killed in the middle of the job').toBeLessThan(rows);
  },
);
