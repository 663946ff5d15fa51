import { describe, expect, it } from 'vitest';
import { createRowIds } from '../../src/lib/jobs/job-row-id.ts';
import type { Job } from '../../src/lib/jobs/job.ts';
import { processJob } from '../../src/lib/jobs/process-job.ts';
import { replayCreated } from '../../src/lib/notifications/replay-created.ts';
import type { ReplayResult } from '../../src/lib/notifications/replay.ts';
import { traceNotification } from '../../src/lib/notifications/trace-notification.ts';
import { queueDepths } from '../../src/lib/queue/find-jobs.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { aFileJob, smsRows } from '../support/job-files.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { liveJobs, read, useFakeSmsProvider, whenStatus } from './delivery.ts';

const apps = useTestApps();

const rows = 500;

interface StoredRows {
  readonly job: Job;
  readonly idOf: (row: number) => string;
}

/** A job of text messages whose rows are stored and wait to be delivered. */
async function storedRows(app: TestApp, content = smsRows(rows)): Promise<StoredRows> {
  const { id: serviceId } = await aService(app);
  const job = await aFileJob(app, { template: await aTemplate(app, serviceId), content });
  expect(await processJob(app, { jobId: job.id })).toBe('finished');
  return { job, idOf: createRowIds(job) };
}

function replayEverything(app: TestApp): Promise<ReplayResult> {
  const until = new Date(app.clock.now().getTime() + 1000);
  return replayCreated(app, { types: ['sms'], serviceId: null, ids: [], since: new Date(0), until }, {});
}

async function deliveriesToEnd(app: TestApp): Promise<void> {
  const isDelivery = ({ queue }: { queue: string }): boolean => queue === 'send-sms' || queue === 'retry';
  await waitFor(async () => !(await queueDepths(app)).some(isDelivery), { what: 'the deliveries to end' });
}

describe('the deliveries of the rows of a long file', () => {
  it('are queued ten at a time, behind those of the API, without the rows that cannot be sent', async () => {
    const app = await apps();
    await storedRows(app, smsRows(rows).replace('07900000012', 'nobody'));
    const jobs = await storedJobs(app.db);
    const deliveries = jobs.filter(({ queue }) => queue === 'send-sms');
    expect(deliveries).toHaveLength(rows / 10);
    const { rows: priorities } = await app.db.query(`SELECT DISTINCT priority FROM pgboss.job WHERE name = 'send-sms'`);
    expect(priorities).toEqual([{ priority: -1 }]);
    expect(await queueDepths(app)).toContainEqual(expect.objectContaining({ queue: 'send-sms', ready: rows - 1 }));
  });

  it('of a shorter file are queued one by one', async () => {
    const app = await apps();
    const { idOf } = await storedRows(app, smsRows(rows - 1));
    expect(await liveJobs(app, idOf(7))).toMatchObject([{ task: 'deliver_sms', queue: 'send-sms' }]);
    expect((await storedJobs(app.db)).filter(({ queue }) => queue === 'send-sms')).toHaveLength(rows - 1);
  });

  it('send each message once; what a provider refuses is tried again on its own', async () => {
    const app = await apps();
    const provider = await useFakeSmsProvider(app);
    const { idOf } = await storedRows(app);
    const refused = idOf(123);
    let refusals = 0;
    provider.answer = ({ notificationId }) => {
      if (notificationId === refused && (refusals += 1) === 1) throw new Error('no');
      return { reference: null, verdict: null };
    };
    await app.runWorkers(['send-sms', 'retry']);
    await deliveriesToEnd(app);
    const sent = provider.messages.map(({ notificationId }) => notificationId);
    expect(sent).toHaveLength(rows + 1);
    expect(new Set(sent).size).toBe(rows);
    expect(refusals).toBe(2);
    expect(await read(app, refused)).toMatchObject({ status: 'sending' });
  });

  it('are told of by the trace of a message, and left alone by a replay, while they wait or run', async () => {
    const app = await apps();
    const provider = await useFakeSmsProvider(app);
    const { idOf } = await storedRows(app);
    const next = async (row: number): Promise<string | null> =>
      (await traceNotification(app, { notificationId: idOf(row) })).next;
    expect(await next(499)).toMatch(/^deliver_sms is due at 2\d{3}-\S+Z \(attempt 1, queue send-sms\)$/);
    expect(await replayEverything(app)).toMatchObject({ sms: { replayed: 0, live: rows } });

    const first = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    provider.answer = async () => {
      first.resolve();
      await released.promise;
      return { reference: null, verdict: null };
    };
    await app.runWorkers(['send-sms']);
    await first.promise;
    await waitFor(async () => (await next(0)) === 'deliver_sms is running (attempt 1, queue send-sms)');
    expect(await replayEverything(app)).toMatchObject({ sms: { replayed: 0, live: rows } });
    released.resolve();
    await whenStatus(app, idOf(499), 'sending');
    await deliveriesToEnd(app);
    expect(provider.messages).toHaveLength(rows);
    expect(await next(499)).toBeNull();
  });

  it('that were lost are replayed', async () => {
    const app = await apps();
    const { idOf } = await storedRows(app);
    await app.db.query(`DELETE FROM pgboss.job WHERE data #>> '{args,subjects,0}' = '${idOf(490)}'`);
    expect(await replayEverything(app)).toMatchObject({ sms: { replayed: 10, live: rows - 10 } });
    expect(await liveJobs(app, idOf(495))).toHaveLength(1);
  });
});
