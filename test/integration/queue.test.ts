import { describe, expect, it } from 'vitest';
import type { Queryable } from '../../src/lib/db/database.ts';
import { findLiveJobs, queueDepths } from '../../src/lib/queue/find-jobs.ts';
import { missingQueue, type NewJob } from '../../src/lib/queue/job-queue.ts';
import { queueNames } from '../../src/lib/queue/queues.ts';
import { defineTask } from '../../src/lib/queue/task.ts';
import { aJob, enqueueJobs } from '../support/builders.ts';
import { queuesToBeEmpty, storedJobs, superviseNow } from '../support/queue-probe.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { waitFor } from '../support/wait.ts';

const anApp = useTestApps({ supervise: true });

describe('enqueueing', () => {
  it('makes the job exist when the transaction commits, and not before', async () => {
    const app = await anApp();
    await app.db.transaction(async (tx) => {
      await app.queue.enqueue(tx, [aJob()]);
      expect(await storedJobs(app.db)).toEqual([]);
      expect(await storedJobs(tx)).toHaveLength(1);
    });
    expect(await storedJobs(app.db)).toMatchObject([
      { queue: 'notify', state: 'created', task: 'greet', subject: 'one', args: { name: 'Ada' }, attempt: 1, delay: 0 },
    ]);
  });

  it('leaves nothing when the transaction rolls back', async () => {
    const app = await anApp();
    const rollBack = app.db.transaction(async (tx) => {
      await app.queue.enqueue(tx, [aJob(), aJob({ subject: 'two' })]);
      throw new Error('changed my mind');
    });
    await expect(rollBack).rejects.toThrow('changed my mind');
    expect(await storedJobs(app.db)).toEqual([]);
  });

  it('stores jobs of several queues at once, with their delays and the request they come from', async () => {
    const app = await anApp();
    await enqueueJobs(
      app,
      aJob({ requestId: 'trace-1' }),
      aJob({ queue: 'retry', delay: 300, attempt: 3 }),
      ...Array.from({ length: 500 }, (_, index) => aJob({ queue: 'send-sms', subject: `bulk-${index}` })),
    );
    const jobs = await storedJobs(app.db);
    expect(jobs).toHaveLength(502);
    expect(jobs.find(({ queue }) => queue === 'notify')).toMatchObject({ requestId: 'trace-1', delay: 0 });
    expect(jobs.find(({ queue }) => queue === 'retry')).toMatchObject({ requestId: null, delay: 300, attempt: 3 });
    expect(await queueDepths(app)).toMatchObject([
      { queue: 'notify', ready: 1, delayed: 0 },
      { queue: 'retry', ready: 0, delayed: 1, oldestDue: null },
      { queue: 'send-sms', ready: 500, active: 0, oldestDue: expect.any(Date) as unknown },
    ]);
  });

  const liveStates: [string, Partial<NewJob>, (app: TestApp) => Promise<unknown>][] = [
    ['waits', {}, async () => undefined],
    ['is delayed', { delay: 3600 }, async () => undefined],
    ['runs', {}, (app) => app.boss.fetch('notify')],
  ];
  for (const [state, changes, prepare] of liveStates) {
    it(`is refused loudly while a job for the same task and subject ${state}`, async () => {
      const app = await anApp();
      await enqueueJobs(app, aJob(changes));
      await prepare(app);
      await expect(enqueueJobs(app, aJob({ subject: 'other' }), aJob())).rejects.toMatchObject({
        code: 'QUEUE_REFUSED_JOB',
        message: expect.stringContaining('1 of 2') as unknown,
        details: { queue: 'notify', tasks: ['greet'] },
      });
      expect(await storedJobs(app.db)).toHaveLength(1);
    });
  }

  it('is refused for two jobs alike in one call', async () => {
    const app = await anApp();
    await expect(enqueueJobs(app, aJob(), aJob())).rejects.toMatchObject({ code: 'QUEUE_REFUSED_JOB' });
  });

  it('takes the same subject in another queue, for another task, and once the first is done', async () => {
    const app = await anApp();
    await enqueueJobs(app, aJob(), aJob({ queue: 'retry' }), aJob({ task: 'part' }));
    await startTestWorker(app, [
      defineTask({ name: 'greet', run: async () => undefined }),
      defineTask({ name: 'part', run: async () => undefined }),
    ]);
    await waitFor(async () => (await findLiveJobs(app, { tasks: ['greet', 'part'], subject: 'one' })).length === 1);
    await enqueueJobs(app, aJob());
  });

  it('stores of a job what the library would have stored of it', async () => {
    const app = await anApp();
    const data = { task: 'greet', args: { name: `Ada "O'Brien" {1,2} \\` }, attempt: 1, requestId: null };
    await app.boss.insert(
      'retry',
      [{ data: { ...data, subject: 'theirs' }, singletonKey: 'greet:theirs', startAfter: 300, priority: 7 }],
      { db: { executeSql: (text, values) => app.db.query({ text, values: values ?? [] }) } },
    );
    await enqueueJobs(app, { ...data, queue: 'retry', subject: 'ours', delay: 300, priority: 7 });
    const { rows } = await app.db.query<{ row: Record<string, unknown> }>(
      `SELECT to_jsonb(j) - 'id' - 'created_on' - 'start_after' - 'keep_until'
         || jsonb_build_object('delay', start_after - created_on, 'kept', keep_until - start_after) AS row
       FROM pgboss.job_common j WHERE name = 'retry' ORDER BY created_on`,
    );
    const text = JSON.stringify(rows.map(({ row }) => row));
    const [theirs, ours] = JSON.parse(text.replaceAll('theirs', 'ours')) as unknown[];
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({
      delay: '00:05:00',
      priority: 7,
      singleton_key: 'greet:ours',
      data: { args: data.args },
    });
  });

  it('tells workers of jobs that could run now, and not of delayed ones', async () => {
    const app = await anApp();
    const news: (string | null)[] = [];
    const listener = app.claims.listen(
      (queue) => news.push(queue),
      (error) => expect.fail(String(error)),
    );
    try {
      await waitFor(async () => news.includes(null));
      await enqueueJobs(app, aJob({ queue: 'retry', delay: 300 }));
      await enqueueJobs(app, aJob({ queue: 'retry', subject: 'later', delay: 300 }), aJob({ queue: 'letters' }));
      await enqueueJobs(app, aJob());
      await waitFor(async () => news.includes('notify'));
      expect(news).toEqual([null, 'letters', 'notify']);
    } finally {
      await listener.close();
    }
  });

  it('is loud in a process that has no queue', async () => {
    await expect(missingQueue.enqueue({} as Queryable, [aJob()])).rejects.toMatchObject({
      code: 'QUEUE_MISSING',
      message: expect.stringContaining("'greet'") as unknown,
    });
  });
});

describe('upkeep', () => {
  it('deletes finished jobs after five minutes and never one that waits', async () => {
    const app = await anApp();
    const { rows } = await app.db.query<{ name: string; deletion_seconds: number; heartbeat_seconds: number }>(
      `SELECT name, deletion_seconds, heartbeat_seconds FROM pgboss.queue WHERE name NOT LIKE '\\_\\_%' ORDER BY name`,
    );
    expect(rows.map(({ name }) => name)).toEqual(['dead-letter', ...queueNames].sort());
    for (const row of rows) {
      // What was given up is kept, so that it can be put back.
      const keptSeconds = row.name === 'dead-letter' ? 14 * 86_400 : 300;
      expect(row).toMatchObject({ deletion_seconds: keptSeconds, heartbeat_seconds: 20 });
    }

    await enqueueJobs(app, aJob({ subject: 'finished' }), aJob({ subject: 'just now' }));
    // What is done goes at once; what failed for good stays for a while.
    await startTestWorker(app, [defineTask({ name: 'greet', run: () => Promise.reject(new Error('no')) })]);
    await queuesToBeEmpty(app.db);
    await enqueueJobs(app, aJob({ queue: 'reporting', subject: 'waiting' }));
    const kept = `SELECT bool_and(keep_until > now() + interval '9 years') AS years FROM pgboss.job`;
    expect((await app.db.query(kept)).rows).toEqual([{ years: true }]);
    await app.db.query(`
      UPDATE pgboss.job SET created_on = now() - interval '1 year', start_after = now() - interval '1 year',
        completed_on = CASE WHEN state = 'completed' THEN now() - interval '301 seconds' END
      WHERE data ->> 'subject' <> 'just now'`);
    await superviseNow(app);
    expect((await storedJobs(app.db)).map(({ subject }) => subject).sort()).toEqual(['just now', 'waiting']);
  });
});
