import { describe, expect, it } from 'vitest';
import { findLiveJobs, findLiveSubjects, queueDepths } from '../../src/lib/queue/find-jobs.ts';
import type { NewJob } from '../../src/lib/queue/new-job.ts';
import { showQueues } from '../../src/lib/queue/show-queues.ts';
import { defineTask, TaskPostponed, type Task, type TaskFailure } from '../../src/lib/queue/task.ts';
import { aJob, enqueueJobs } from '../support/builders.ts';
import {
  jobsPutInto,
  letWorkersDie,
  queuesToBeEmpty,
  rememberJobs,
  storedJobs,
  superviseNow,
} from '../support/queue-probe.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { createSignal, waitFor } from '../support/wait.ts';

const anApp = useTestApps({ supervise: true });

const place = (at: number): Required<Pick<NewJob, 'bundle'>> => ({ bundle: { of: 'file', at } });
const aRow = (at: number, changes: Partial<NewJob> = {}): NewJob =>
  aJob({ args: { row: `row-${at}` }, subject: `row-${at}`, priority: -1, ...place(at), ...changes });
const rows = (count: number): NewJob[] => Array.from({ length: count }, (_, at) => aRow(at));

/** A task that notes what it ran, and does with some rows something else than end well. */
function aTask(
  runs: number[],
  others: Readonly<Record<number, () => unknown>> = {},
  hooks: Pick<Task, 'onFailure' | 'onExhausted'> = {},
): Task {
  return defineTask({
    name: 'greet',
    run: async ({ row }: { row: string }) => {
      const at = Number(row.slice('row-'.length));
      runs.push(at);
      await others[at]?.();
    },
    ...hooks,
  });
}

/** What waits for its time, as `<subject> <attempt> <delay>`. */
async function whatWaits({ db }: TestApp): Promise<string[]> {
  const waiting = (await storedJobs(db)).filter(({ state }) => state === 'created');
  return waiting.map(({ subject, attempt, delay }) => `${subject} ${attempt} ${delay}`).sort();
}

/** Waits until the bundle has been taken out of the queue. */
async function bundleToEnd({ db }: TestApp): Promise<void> {
  await waitFor(async () => (await storedJobs(db)).every(({ task }) => task !== 'run-bundle'));
}

describe('a bundle', () => {
  it('is one job of the queue, and its jobs run one after another, each once', async () => {
    const app = await anApp();
    await enqueueJobs(app, ...rows(10));
    expect(await storedJobs(app.db)).toHaveLength(1);
    let atOnce = 0;
    let most = 0;
    const runs: number[] = [];
    const inTurn = async (): Promise<void> => {
      most = Math.max(most, (atOnce += 1));
      await app.db.query('SELECT 1');
      atOnce -= 1;
    };
    const worker = await startTestWorker(app, [aTask(runs, Object.fromEntries(rows(10).map((_, at) => [at, inTurn])))]);
    await queuesToBeEmpty(app.db);
    expect(runs).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(most).toBe(1);
    expect(worker.outcomes).toEqual(runs.map(() => 'greet done'));
    expect(await storedJobs(app.db)).toEqual([]);
  });

  it('leaves what failed to a retry of its own, and does the rest', async () => {
    const app = await anApp();
    const failures: TaskFailure[] = [];
    const runs: number[] = [];
    const onFailure: Task['onFailure'] = async (_tx, _args, failure) => void failures.push(failure);
    const fail = (): never => {
      throw new Error('no');
    };
    await enqueueJobs(app, ...rows(4));
    const worker = await startTestWorker(app, [aTask(runs, { 1: fail, 2: fail }, { onFailure })], {
      retrySchedules: { greet: { maxRetries: 1, delays: [90] } },
    });
    await bundleToEnd(app);
    expect(runs).toEqual([0, 1, 2, 3]);
    expect(worker.outcomes).toEqual(['greet done', 'greet retried', 'greet retried', 'greet done']);
    expect(failures).toMatchObject([
      { attempt: 1, retryIn: 90, error: { message: 'no' } },
      { attempt: 1, retryIn: 90 },
    ]);
    expect(await whatWaits(app)).toEqual(['row-1 2 90', 'row-2 2 90']);
  });

  it('runs the exhausted hook of a job without retries, of that one only', async () => {
    const app = await anApp();
    const exhausted: object[] = [];
    const onExhausted: Task['onExhausted'] = async (_tx, args) => void exhausted.push(args);
    await enqueueJobs(app, ...rows(3));
    await startTestWorker(app, [aTask([], { 1: () => Promise.reject(new Error('no')) }, { onExhausted })]);
    await queuesToBeEmpty(app.db);
    expect(exhausted).toEqual([{ row: 'row-1' }]);
  });

  it('puts back on its own what cannot be worked on now, at the same attempt', async () => {
    const app = await anApp();
    const runs: number[] = [];
    const postpone = (): never => {
      throw new TaskPostponed(30);
    };
    await enqueueJobs(app, ...rows(3));
    await startTestWorker(app, [aTask(runs, { 0: postpone })]);
    await bundleToEnd(app);
    expect(runs).toEqual([0, 1, 2]);
    expect(await whatWaits(app)).toEqual(['row-0 1 30']);
  });

  it('keeps jobs of a task that this version does not know for another', async () => {
    const app = await anApp();
    await enqueueJobs(app, aRow(0, { task: 'from-the-future' }), aRow(1, { task: 'from-the-future' }));
    await startTestWorker(app, []);
    await waitFor(async () => (await whatWaits(app)).length === 2);
    expect(await whatWaits(app)).toEqual(['row-0 1 60', 'row-1 1 60']);
  });
});

describe('a bundle that takes long', () => {
  it('leaves its slot after a second: what is left waits on its own', async () => {
    const app = await anApp();
    const runs: number[] = [];
    const second = async (): Promise<void> => {
      const startedAt = performance.now();
      await waitFor(() => performance.now() - startedAt > 1000);
    };
    await enqueueJobs(app, ...rows(4));
    await rememberJobs(app.db);
    await startTestWorker(app, [aTask(runs, { 1: second })]);
    await queuesToBeEmpty(app.db);
    expect([...runs].sort()).toEqual([0, 1, 2, 3]);
    expect(await jobsPutInto(app.db)).toMatchObject([
      { queue: 'notify', task: 'greet', subject: 'row-2', attempt: 1 },
      { queue: 'notify', task: 'greet', subject: 'row-3', attempt: 1 },
    ]);
  });

  it('leaves to other workers what its own has not begun when that one stops', async () => {
    const app = await anApp();
    const stopped = await anApp({ databaseUrl: app.databaseUrl });
    const started = createSignal();
    const released = createSignal();
    const runs: number[] = [];
    const wait = (): Promise<void> => {
      started.resolve();
      return released.promise;
    };
    await enqueueJobs(app, ...rows(4));
    await startTestWorker(stopped, [aTask(runs, { 1: wait })]);
    await started.promise;
    const closed = stopped.close();
    released.resolve();
    await closed;
    expect(runs).toEqual([0, 1]);
    expect(await whatWaits(app)).toEqual(['row-2 1 0', 'row-3 1 0']);
  });
});

describe('a bundle whose worker died', () => {
  it('is taken apart: what was not done is done, each job on its own', async () => {
    const app = await anApp();
    const runs: number[] = [];
    await enqueueJobs(app, ...rows(4));
    expect(await app.boss.fetch('notify')).toHaveLength(1);
    const stuck = createSignal();
    await startTestWorker(app, [aTask(runs, { 0: () => stuck.promise })], { concurrency: 4 });
    await letWorkersDie(app);
    // The first holds up nobody but itself.
    await waitFor(() => runs.length === 4);
    stuck.resolve();
    await queuesToBeEmpty(app.db);
    expect([...runs].sort()).toEqual([0, 1, 2, 3]);
  });

  it('leaves a job that has failed before to its retry', async () => {
    const app = await anApp();
    const runs: number[] = [];
    await enqueueJobs(app, ...rows(3));
    expect(await app.boss.fetch('notify')).toHaveLength(1);
    await enqueueJobs(app, aRow(1, { attempt: 2, delay: 300 }));
    await startTestWorker(app, [aTask(runs)]);
    await letWorkersDie(app);
    await waitFor(async () => (await storedJobs(app.db)).length === 1 && runs.length === 2);
    expect([...runs].sort()).toEqual([0, 2]);
    expect(await whatWaits(app)).toEqual(['row-1 2 300']);
  });

  it('leaves it to its retry in another queue, too', async () => {
    const app = await anApp();
    const runs: number[] = [];
    await enqueueJobs(app, ...rows(3).map((job) => ({ ...job, task: 'deliver_sms' })));
    expect(await app.boss.fetch('notify')).toHaveLength(1);
    await enqueueJobs(app, aRow(1, { task: 'deliver_sms', queue: 'retry', attempt: 2, delay: 300 }));
    await startTestWorker(app, [{ ...aTask(runs), name: 'deliver_sms' }]);
    await letWorkersDie(app);
    await waitFor(async () => (await storedJobs(app.db)).length === 1 && runs.length === 2);
    expect([...runs].sort()).toEqual([0, 2]);
    expect(await whatWaits(app)).toEqual(['row-1 2 300']);
  });

  it('is not taken apart by one whose claim a crash of the database has undone', async () => {
    const app = await anApp();
    const started = createSignal();
    const ended = createSignal();
    const runs: number[] = [];
    const wait = (): Promise<void> => {
      started.resolve();
      return ended.promise;
    };
    await enqueueJobs(app, ...rows(3));
    const stopped = await anApp({ databaseUrl: app.databaseUrl });
    await startTestWorker(stopped, [aTask(runs, { 0: wait })]);
    await started.promise;
    // Somebody else has claimed it, for the first time as far as the queue remembers.
    await app.db.query(`UPDATE pgboss.job SET started_on = started_on + interval '1 second' WHERE name = 'notify'`);
    const closed = stopped.close();
    ended.resolve();
    await closed;
    expect(await storedJobs(app.db)).toMatchObject([{ task: 'run-bundle', state: 'active', retryCount: 0 }]);
  });

  it('loses no job when it is given up', async () => {
    const app = await anApp();
    const runs: number[] = [];
    const exhausted: object[] = [];
    await enqueueJobs(app, ...rows(3));
    for (let death = 1; death <= 6; death += 1) {
      expect(await app.boss.fetch('notify'), `claim ${death}`).toHaveLength(1);
      await letWorkersDie(app);
    }
    await waitFor(async () => (await storedJobs(app.db)).some(({ queue }) => queue === 'dead-letter'));
    expect(await findLiveSubjects(app, { tasks: ['greet'], subjects: ['row-1', 'row-5'] })).toEqual(new Set(['row-1']));
    const onExhausted: Task['onExhausted'] = async (_tx, args) => void exhausted.push(args);
    await startTestWorker(app, [aTask(runs, {}, { onExhausted })]);
    await superviseNow(app);
    await waitFor(() => runs.length === 3);
    await queuesToBeEmpty(app.db);
    expect(exhausted).toEqual([]);
    expect((await storedJobs(app.db)).filter(({ queue }) => queue === 'dead-letter')).toEqual([]);
  });

  it('records no failure for a worker that lives after all', async () => {
    const app = await anApp();
    const started = createSignal();
    const ended = createSignal();
    const failures: TaskFailure[] = [];
    const onFailure: Task['onFailure'] = async (_tx, _args, failure) => void failures.push(failure);
    const fail = async (): Promise<void> => {
      started.resolve();
      await ended.promise;
      throw new Error('no');
    };
    await enqueueJobs(app, ...rows(3));
    const runs: number[] = [];
    const worker = await startTestWorker(app, [aTask(runs, { 0: fail }, { onFailure })]);
    await started.promise;
    await app.db.query(`UPDATE pgboss.job SET retry_count = retry_count + 1 WHERE name = 'notify'`);
    ended.resolve();
    await waitFor(() => worker.outcomes.length === 1);
    expect(worker.outcomes).toEqual(['greet crashed']);
    expect(failures).toEqual([]);
    expect(runs).toEqual([0]);
  });
});

describe('jobs in bundles', () => {
  it('are found by what they are about', async () => {
    const app = await anApp();
    await enqueueJobs(app, ...rows(12).slice(3));
    const find = (at: number, task = 'greet'): Promise<object[]> =>
      findLiveJobs(app, { tasks: [task], subject: `row-${at}`, ...place(at) });
    expect(await find(7)).toMatchObject([
      { queue: 'notify', task: 'greet', subject: 'row-7', attempt: 1, state: 'created', startAfter: expect.any(Date) },
    ]);
    expect(await find(10)).toHaveLength(1);
    expect(await find(2)).toEqual([]);
    expect(await find(7, 'leave')).toEqual([]);
    const subjects = [2, 3, 9, 11, 12].map((at) => ({ subject: `row-${at}`, ...place(at) }));
    expect(await findLiveSubjects(app, { tasks: ['greet'], subjects })).toEqual(new Set(['row-3', 'row-9', 'row-11']));
  });

  it('count singly in the state of the queues', async () => {
    const app = await anApp();
    await enqueueJobs(app, ...rows(12), aJob({ subject: 'single' }));
    await app.boss.fetch('notify', { priority: true, batchSize: 2 });
    const [state] = await showQueues(app, { queues: ['notify'] });
    expect(state).toMatchObject({ waiting: 2, active: 11, stale: 0 });
    expect(await queueDepths(app)).toMatchObject([{ queue: 'notify', ready: 2, active: 11, delayed: 0 }]);
  });
});
