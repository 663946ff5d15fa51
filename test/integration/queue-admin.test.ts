import { describe, expect, it } from 'vitest';
import { defineTask } from '../../src/lib/queue/task.ts';
import { retryDeadLetters } from '../../src/lib/queue/retry-dead-letters.ts';
import { showQueues } from '../../src/lib/queue/show-queues.ts';
import { unlockQueues } from '../../src/lib/queue/unlock-queues.ts';
import { queueNames, type QueueName } from '../../src/lib/queue/queues.ts';
import { aJob, enqueueJobs } from '../support/builders.ts';
import { queuesToBeEmpty, storedJobs, superviseNow } from '../support/queue-probe.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { createSignal, waitFor } from '../support/wait.ts';

const apps = useTestApps();

/** Claims a job as a worker does that then dies, so many seconds ago. */
async function claimAndDie({ db }: TestApp, subject: string, secondsAgo: number, retryCount = 0): Promise<void> {
  await db.query({
    text: `UPDATE pgboss.job SET state = 'active', retry_count = $3, started_on = now() - $2 * interval '1 second',
      heartbeat_on = now() - $2 * interval '1 second' WHERE data ->> 'subject' = $1 AND state <= 'active'`,
    values: [subject, secondsAgo, retryCount],
  });
}

/** Makes dead letters of jobs, as the queue does when their workers died again and again. */
async function giveUp(app: TestApp, ...subjects: readonly string[]): Promise<void> {
  for (const subject of subjects) await claimAndDie(app, subject, 3600, 5);
  const supervisor = await apps({ databaseUrl: app.databaseUrl, supervise: true });
  await superviseNow(supervisor);
  await waitFor(
    async () =>
      (await storedJobs(app.db)).filter(({ queue, subject }) => queue === 'dead-letter' && subjects.includes(subject))
        .length === subjects.length,
    { what: 'the dead letters' },
  );
}

const all = { queues: [...queueNames], task: null, limit: null };

describe('the state of the queues', () => {
  it('tells what waits, runs, was given up, and since when the oldest is due', async () => {
    const app = await apps();
    await enqueueJobs(
      app,
      aJob({ subject: 'due' }),
      aJob({ subject: 'later', delay: 300 }),
      aJob({ subject: 'busy' }),
      aJob({ subject: 'orphan' }),
      aJob({ subject: 'lost' }),
      aJob({ queue: 'retry', subject: 'again', delay: 300 }),
    );
    await claimAndDie(app, 'busy', 5);
    await claimAndDie(app, 'orphan', 61);
    await app.db.query(`UPDATE pgboss.job SET start_after = '2026-01-31T12:00:00Z' WHERE data ->> 'subject' = 'due'`);
    await giveUp(app, 'lost');
    // What looks after the queue hands the orphan out again, too.
    await claimAndDie(app, 'orphan', 61);
    const queues: QueueName[] = ['send-sms', 'notify', 'retry'];
    const none = { waiting: 0, delayed: 0, active: 0, stale: 0, failed: 0, deadLetters: 0, oldestDue: null };
    expect(await showQueues(app, { queues })).toEqual([
      { ...none, queue: 'send-sms' },
      {
        queue: 'notify',
        waiting: 1,
        delayed: 1,
        active: 2,
        stale: 1,
        failed: 1,
        deadLetters: 1,
        oldestDue: new Date('2026-01-31T12:00:00Z'),
      },
      { ...none, queue: 'retry', delayed: 1 },
    ]);
  });
});

describe('unlocking', () => {
  it('hands out again what dead workers hold, and nothing that lives', async () => {
    const app = await apps();
    await enqueueJobs(
      app,
      aJob({ subject: 'dead' }),
      aJob({ subject: 'alive' }),
      aJob({ queue: 'retry', subject: 'elsewhere' }),
    );
    await claimAndDie(app, 'dead', 61);
    await claimAndDie(app, 'alive', 59);
    await claimAndDie(app, 'elsewhere', 600);
    const dead = { queue: 'notify', task: 'greet', subject: 'dead' };
    const notify: QueueName[] = ['notify'];
    expect(await unlockQueues(app, { queues: notify, dryRun: true })).toEqual([dead]);
    expect((await storedJobs(app.db)).every(({ state }) => state === 'active')).toBe(true);
    expect(await unlockQueues(app, { queues: notify, olderThanSeconds: 300 })).toEqual([]);
    expect(await unlockQueues(app, { queues: notify })).toEqual([dead]);
    expect(await unlockQueues(app, { queues: notify })).toEqual([]);
    expect(Object.fromEntries((await storedJobs(app.db)).map(({ subject, state }) => [subject, state]))).toEqual({
      dead: 'retry',
      alive: 'active',
      elsewhere: 'active',
    });
  });

  it('a job whose worker lives after all: the next one has it, and only that one is heard', async () => {
    const app = await apps({ supervise: true });
    const started = createSignal();
    const released = createSignal();
    let runs = 0;
    const task = defineTask({
      name: 'greet',
      run: async () => {
        runs += 1;
        if (runs > 1) return;
        started.resolve();
        await released.promise;
        throw new Error('too late');
      },
    });
    const worker = await startTestWorker(app, [task], {
      retrySchedules: { greet: { maxRetries: 5, delays: [600] } },
    });
    await enqueueJobs(app, aJob());
    await started.promise;
    await app.db.query(`UPDATE pgboss.job SET heartbeat_on = now() - interval '1 hour' WHERE state = 'active'`);
    expect(await unlockQueues(app, { queues: ['notify'] })).toHaveLength(1);
    await waitFor(() => worker.outcomes.includes('greet done'));
    released.resolve();
    await waitFor(() => worker.outcomes.length === 2);
    expect(worker.outcomes).toEqual(['greet done', 'greet crashed']);
    await queuesToBeEmpty(app.db);
    expect(runs).toBe(2);
  });
});

describe('retrying dead letters', () => {
  it('puts them back where they came from, with their attempt, once', async () => {
    const app = await apps();
    await enqueueJobs(
      app,
      aJob({ subject: 'one', attempt: 3, requestId: 'trace-1' }),
      aJob({ queue: 'db-sms', subject: 'two', task: 'save' }),
    );
    await giveUp(app, 'one', 'two');
    const jobs = [
      { queue: 'notify', task: 'greet', count: 1 },
      { queue: 'db-sms', task: 'save', count: 1 },
    ];
    expect(await retryDeadLetters(app, { ...all, dryRun: true })).toEqual(expect.arrayContaining(jobs));
    expect(await retryDeadLetters(app, { ...all, task: 'none' })).toEqual([]);
    expect(await retryDeadLetters(app, { ...all, queues: ['retry'] })).toEqual([]);
    const other = await apps({ databaseUrl: app.databaseUrl });
    const retried = await Promise.all([app, other].map((each) => retryDeadLetters(each, all)));
    expect(retried.flat()).toHaveLength(2);
    expect(retried.flat()).toEqual(expect.arrayContaining(jobs));
    const live = (await storedJobs(app.db)).filter(({ state }) => state === 'created');
    expect(live).toHaveLength(2);
    expect(live).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          queue: 'notify',
          subject: 'one',
          attempt: 3,
          requestId: 'trace-1',
          args: { name: 'Ada' },
        }),
        expect.objectContaining({ queue: 'db-sms', subject: 'two', attempt: 1 }),
      ]),
    );
  });

  it('finds those that a worker has buried, too, and the work is done', async () => {
    const app = await apps();
    await enqueueJobs(app, aJob());
    await giveUp(app, 'one');
    const workingApp = await apps({ databaseUrl: app.databaseUrl, supervise: true });
    const worker = await startTestWorker(workingApp, [defineTask({ name: 'greet', run: async () => undefined })]);
    await waitFor(() => worker.outcomes.includes('greet exhausted'));
    await waitFor(async () =>
      (await storedJobs(app.db)).some(({ queue, state }) => queue === 'dead-letter' && state === 'completed'),
    );
    expect(await retryDeadLetters(app, all)).toEqual([{ queue: 'notify', task: 'greet', count: 1 }]);
    await waitFor(() => worker.outcomes.includes('greet done'));
    expect(await retryDeadLetters(app, all)).toEqual([]);
  });

  it('ends one whose work is queued again already, and takes the oldest first', async () => {
    const app = await apps();
    await enqueueJobs(app, aJob({ subject: 'one' }), aJob({ subject: 'two' }));
    await giveUp(app, 'one', 'two');
    await app.db.query(`UPDATE pgboss.job SET created_on = created_on - interval '1 minute'
      WHERE name = 'dead-letter' AND data ->> 'subject' = 'two'`);
    await enqueueJobs(app, aJob({ subject: 'two' }));
    expect(await retryDeadLetters(app, { ...all, limit: 1 })).toEqual([{ queue: 'notify', task: 'greet', count: 1 }]);
    const live = (await storedJobs(app.db)).filter(({ state }) => state === 'created');
    expect(live.map(({ queue, subject }) => `${queue} ${subject}`).sort()).toEqual(['dead-letter one', 'notify two']);
  });
});
