/** Workers that are killed while they deliver the rows of a long file, which wait in bundles. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { processJob } from '../../src/lib/jobs/process-job.ts';
import { queueDepths } from '../../src/lib/queue/find-jobs.ts';
import { unlockQueues } from '../../src/lib/queue/unlock-queues.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { aFileJob, smsRows } from '../support/job-files.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { useTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';

const app = useTestApp();

const rows = 1500;
const kills = 2;
const programFile = resolve(import.meta.dirname, '..', '..', 'bin', 'run.js');
const queues = ['send-sms', 'retry', 'sms-callbacks'];

interface Worker {
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

async function startWorker(): Promise<Worker> {
  const folder = await temporaryFolder();
  const args = ['serve', '--role', 'worker', '--queues', queues.join(','), '--admin-port', 'off'];
  const child = spawn(process.execPath, [programFile, ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      CI: 'true',
      DATABASE_URL: app.databaseUrl,
      NOTIFY_STATE_DIR: folder,
      NOTIFY_SECRET_KEYS: testSecretKeys,
      NOTIFY_LOG_LEVEL: 'silent',
      HOME: folder,
    },
    stdio: 'ignore',
  });
  const ended = once(child, 'close');
  const kill: Worker['kill'] = async (signal) => {
    child.kill(signal);
    await ended;
  };
  app.onClose(() => kill('SIGKILL'));
  return { kill };
}

/** How often each message was sent. */
async function sends(): Promise<Map<string, number>> {
  const { rows: counts } = await app.db.query<{ id: string; sent: number }>(
    'SELECT notification_id AS id, count(*)::int AS sent FROM sandbox_messages GROUP BY 1',
  );
  return new Map(counts.map(({ id, sent }) => [id, sent]));
}

it(
  'sends each row of a long file, and none more often than workers were killed with -9',
  { timeout: 120_000 },
  async () => {
    const { id: serviceId } = await aService(app);
    const job = await aFileJob(app, { template: await aTemplate(app, serviceId), content: smsRows(rows) });
    expect(await processJob(app, { jobId: job.id })).toBe('finished');

    const sentWhenKilled: number[] = [];
    for (let kill = 1; kill <= kills; kill += 1) {
      const worker = await startWorker();
      await waitFor(async () => (await sends()).size >= (rows / (kills + 1)) * kill, { timeout: 60_000 });
      await worker.kill('SIGKILL');
      sentWhenKilled.push((await sends()).size);
      // Nobody waits for the sign of life of a dead worker.
      await unlockQueues(app, { queues: ['send-sms', 'retry', 'sms-callbacks'], olderThanSeconds: 0 });
    }
    const worker = await startWorker();
    const isOver = async (): Promise<boolean> => !(await queueDepths(app)).some(({ queue }) => queues.includes(queue));
    await waitFor(isOver, { timeout: 60_000, what: 'the deliveries to end' });
    await worker.kill('SIGTERM');

    expect(Math.max(...sentWhenKilled), 'workers were killed in the middle').toBeLessThan(rows);
    const counts = [...(await sends()).values()];
    expect(counts).toHaveLength(rows);
    expect(Math.max(...counts)).toBeLessThanOrEqual(1 + kills);
    const { rows: statuses } = await app.db.query(
      `SELECT notification_status AS status, count(*)::int AS messages FROM notifications GROUP BY 1`,
    );
    expect(statuses).toEqual([{ status: 'delivered', messages: rows }]);
  },
);
