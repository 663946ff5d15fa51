import { describe, expect, it } from 'vitest';
import type { JobClaims } from '../../src/lib/queue/job-claims.ts';
import { queueNames } from '../../src/lib/queue/queues.ts';
import { defineTask, type TaskFailure } from '../../src/lib/queue/task.ts';
import { aJob, enqueueJobs } from '../support/builders.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { letWorkersDie, makeJobsDue, queuesToBeEmpty, storedJobs } from '../support/queue-probe.ts';
import { useTestApps } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { createSignal, waitFor } from '../support/wait.ts';

const anApp = useTestApps({ supervise: true });

const failing = defineTask({ name: 'greet', run: () => Promise.reject(new Error('no')) });

describe('a failed attempt', () => {
  it('is completed and followed by the next one with the delay of the schedule', async () => {
    const app = await anApp();
    const failures: TaskFailure[] = [];
    const task = defineTask({
      ...failing,
      onFailure: async (tx, _args: object, failure) => {
        failures.push(failure);
        await tx.query({ text: 'CREATE TABLE recorded AS SELECT 1' });
      },
    });
    await enqueueJobs(app, aJob({ requestId: 'trace-1' }));
    const worker = await startTestWorker(app, [task], { retrySchedules: { greet: { maxRetries: 1, delays: [90] } } });
    await waitFor(() => worker.outcomes.length === 1);

    expect(worker.outcomes).toEqual(['greet retried']);
    expect(failures).toMatchObject([{ attempt: 1, retryIn: 90, error: { message: 'no' } }]);
    expect((await app.db.query('SELECT * FROM recorded')).rows).toHaveLength(1);
    const jobs = await waitFor(async () => {
      const all = await storedJobs(app.db);
      return all.some(({ state }) => state === 'active') ? null : all;
    });
    expect(jobs).toMatchObject([
      { attempt: 1, state: 'completed', retryCount: 0 },
      { attempt: 2, state: 'created', delay: 90, args: { name: 'Ada' }, requestId: 'trace-1', queue: 'notify' },
    ]);
  });

  it('leaves no record and no successor when its failure cannot be recorded: the queue repeats the attempt', async () => {
    const app = await anApp();
    let isBroken = true;
    const attempts: number[] = [];
    const task = defineTask({
      name: 'greet',
      run: async (_args: object, { attempt }) => {
        attempts.push(attempt);
        throw new Error('no');
      },
      onFailure: async (tx) => {
        await tx.query('CREATE TABLE recorded AS SELECT 1');
        if (isBroken) {
          isBroken = false;
          throw new Error('the record is broken');
        }
      },
    });
    await enqueueJobs(app, aJob());
    const worker = await startTestWorker(app, [task], { retrySchedules: { greet: { maxRetries: 1, delays: [600] } } });
    await waitFor(() => worker.outcomes.length === 2);

    expect(worker.outcomes).toEqual(['greet crashed', 'greet retried']);
    expect(attempts).toEqual([1, 1]);
    expect(await storedJobs(app.db)).toMatchObject([{ attempt: 1 }, { attempt: 2, state: 'created' }]);
  });

  it('is not followed by another when somebody else has claimed the job meanwhile', async () => {
    const app = await anApp();
    const started = createSignal();
    const ended = createSignal();
    const task = defineTask({
      name: 'deliver_sms',
      run: async () => {
        started.resolve();
        await ended.promise;
        throw new Error('no');
      },
    });
    await enqueueJobs(app, aJob({ task: 'deliver_sms' }));
    const worker = await startTestWorker(app, [task]);
    await started.promise;
    await app.db.query(`UPDATE pgboss.job SET retry_count = retry_count + 1 WHERE name = 'notify'`);
    ended.resolve();
    await waitFor(() => worker.outcomes.length === 1);

    expect(worker.outcomes).toEqual(['deliver_sms crashed']);
    // Its successor would be in the retry queue.
    expect(await storedJobs(app.db)).toMatchObject([{ queue: 'notify', attempt: 1, state: 'active', retryCount: 1 }]);
  });

  it('leaves its retry to a live job of the same work, such as a replay', async () => {
    const app = await anApp();
    await enqueueJobs(app, aJob({ task: 'deliver_sms' }), aJob({ task: 'deliver_sms', queue: 'retry', delay: 900 }));
    const worker = await startTestWorker(app, [defineTask({ ...failing, name: 'deliver_sms' })]);
    await waitFor(() => worker.outcomes.length > 0);
    expect(worker.outcomes).toEqual(['deliver_sms retried']);
    const jobs = await waitFor(async () => {
      const all = await storedJobs(app.db);
      return all.some(({ state }) => state === 'active') ? null : all;
    });
    expect(jobs.map(({ queue, state, delay }) => `${queue} ${state} ${delay}`).sort()).toEqual([
      'notify completed 0',
      'retry created 900',
    ]);
  });

  it('goes on in the retry queue: text messages at once, then after five minutes', async () => {
    const app = await anApp();
    await enqueueJobs(app, aJob({ queue: 'send-sms', task: 'deliver_sms' }));
    await startTestWorker(app, [defineTask({ ...failing, name: 'deliver_sms' })], { queues: ['send-sms', 'retry'] });
    const jobs = await waitFor(async () => {
      const all = await storedJobs(app.db);
      return all.length === 3 && all.every(({ state }) => state !== 'active') ? all : null;
    });
    expect(jobs).toMatchObject([
      { attempt: 1, queue: 'send-sms', state: 'completed' },
      { attempt: 2, queue: 'retry', state: 'completed', delay: 0 },
      { attempt: 3, queue: 'retry', state: 'created', delay: 300 },
    ]);
  });

  it('is the last after 48 retries, and then the exhausted hook runs once', async () => {
    const app = await anApp();
    const failures: TaskFailure[] = [];
    const exhausted: TaskFailure[] = [];
    const task = defineTask({
      ...failing,
      onFailure: async (_tx, _args: object, failure) => void failures.push(failure),
      onExhausted: async (_tx, _args: object, failure) => void exhausted.push(failure),
    });
    await enqueueJobs(app, aJob());
    await startTestWorker(app, [task], { retrySchedules: { greet: { maxRetries: 48, delays: [0] } } });
    await waitFor(() => exhausted.length > 0);
    await queuesToBeEmpty(app.db);

    expect(failures).toHaveLength(48);
    expect(exhausted).toMatchObject([{ attempt: 49, retryIn: null, error: { message: 'no' } }]);
    expect((await storedJobs(app.db)).map(({ attempt }) => attempt)).toEqual(
      Array.from({ length: 49 }, (_, n) => n + 1),
    );
  });

  it('is the last of a task without a schedule, such as a periodic one', async () => {
    const app = await anApp();
    await enqueueJobs(app, aJob());
    const worker = await startTestWorker(app, [failing]);
    await waitFor(() => worker.outcomes.length === 1);
    await queuesToBeEmpty(app.db);
    expect(worker.outcomes).toEqual(['greet exhausted']);
    expect(await storedJobs(app.db)).toHaveLength(1);
  });

  it('is waited for by the job of another subject no longer than by its own', async () => {
    const app = await anApp();
    const started = createSignal();
    const ended = createSignal();
    const done: string[] = [];
    const task = defineTask({
      name: 'greet',
      run: async ({ slow }: { slow: boolean }) => {
        if (slow) {
          started.resolve();
          await ended.promise;
        }
        done.push(slow ? 'slow' : 'quick');
      },
    });
    await startTestWorker(app, [task]);
    await enqueueJobs(app, aJob({ args: { slow: true } }));
    await started.promise;
    await enqueueJobs(app, aJob({ args: { slow: false }, subject: 'two' }));
    await waitFor(() => done.length === 1);
    expect(done).toEqual(['quick']);
    ended.resolve();
    await queuesToBeEmpty(app.db);
  });
});

describe('a worker that dies', () => {
  it('has its job run again by another', async () => {
    const app = await anApp();
    const attempts: number[] = [];
    await enqueueJobs(app, aJob());
    // Claimed by a worker that is never heard of again.
    expect(await app.boss.fetch('notify')).toHaveLength(1);
    await startTestWorker(app, [
      defineTask({ name: 'greet', run: async (_args: object, { attempt }) => void attempts.push(attempt) }),
    ]);
    await letWorkersDie(app);
    await queuesToBeEmpty(app.db);
    expect(attempts).toEqual([1]);
    expect(await storedJobs(app.db)).toEqual([]);
  });

  it('every time uses up five retries; then the exhausted hook runs once, and the task no more', async () => {
    const app = await anApp();
    const events: string[] = [];
    await enqueueJobs(app, aJob({ attempt: 7 }));
    for (let death = 1; death <= 6; death += 1) {
      expect(await app.boss.fetch('notify'), `claim ${death}`).toHaveLength(1);
      await letWorkersDie(app);
    }
    expect(await app.boss.fetch('notify')).toHaveLength(0);
    expect((await storedJobs(app.db)).map(({ queue, state }) => `${queue} ${state}`).sort()).toEqual([
      'dead-letter created',
      'notify failed',
    ]);

    const worker = await startTestWorker(app, [
      defineTask({
        name: 'greet',
        run: async () => void events.push('run'),
        onExhausted: async (tx, args: { name: string }, { attempt, retryIn }) => {
          await tx.query('CREATE TABLE recorded AS SELECT 1');
          events.push(`exhausted ${args.name} ${attempt} ${retryIn}`);
        },
      }),
    ]);
    await queuesToBeEmpty(app.db);
    expect(events).toEqual(['exhausted Ada 7 null']);
    expect(worker.outcomes).toEqual(['greet exhausted']);
    expect((await app.db.query('SELECT * FROM recorded')).rows).toHaveLength(1);
  });

  it('frees the subject when it is given up', async () => {
    const app = await anApp();
    await enqueueJobs(app, aJob());
    for (let death = 1; death <= 6; death += 1) {
      await app.boss.fetch('notify');
      await letWorkersDie(app);
    }
    await enqueueJobs(app, aJob());
  });
});

describe('a job of a task that this version does not know', () => {
  it('is kept for another version, however long it takes', async () => {
    const app = await anApp();
    const log = createLogCapture();
    await enqueueJobs(app, aJob({ task: 'from-the-future', attempt: 2, requestId: 'trace-1' }));
    await startTestWorker(app, [failing], { logger: log.logger });
    for (let round = 1; round <= 3; round += 1) {
      await waitFor(async () => (await storedJobs(app.db)).length === round + 1);
      const live = (await storedJobs(app.db)).filter(({ state }) => state === 'created');
      expect(live).toMatchObject([{ task: 'from-the-future', queue: 'notify', attempt: 2, delay: 60, retryCount: 0 }]);
      expect(live).toMatchObject([{ requestId: 'trace-1', args: { name: 'Ada' }, subject: 'one' }]);
      await makeJobsDue(app.db);
    }
    expect(log.lines('error')[0]).toMatchObject({ task: 'from-the-future', subject: 'one' });
  });

  it('is kept also after its workers died', async () => {
    const app = await anApp();
    await enqueueJobs(app, aJob());
    for (let death = 1; death <= 6; death += 1) {
      await app.boss.fetch('notify');
      await letWorkersDie(app);
    }
    await startTestWorker(app, []);
    await waitFor(async () =>
      (await storedJobs(app.db)).some(({ state, delay }) => state === 'created' && delay === 60),
    );
    const [buried] = (await storedJobs(app.db)).filter(({ state }) => state === 'created');
    expect(buried).toMatchObject({ queue: 'dead-letter', task: 'greet', args: { name: 'Ada' } });
  });
});

describe('a claim', () => {
  it('is kept by signs of life; a task whose claim is lost is told', async () => {
    const app = await anApp();
    const lost = createSignal<unknown>();
    const ended = createSignal();
    const task = defineTask({
      name: 'greet',
      run: async ({ name }: { name: string }, { signal }) => {
        if (name === 'lost') signal.addEventListener('abort', () => lost.resolve(signal.reason));
        await ended.promise;
      },
    });
    await enqueueJobs(app, aJob({ args: { name: 'lost' } }), aJob({ args: { name: 'kept' }, subject: 'two' }));
    await startTestWorker(app, [task]);
    await waitFor(async () => (await storedJobs(app.db)).every(({ state }) => state === 'active'));
    await app.db.query(`UPDATE pgboss.job SET heartbeat_on = now() - interval '10 seconds' WHERE name = 'notify'`);
    await app.db.query(`UPDATE pgboss.job SET retry_count = 1 WHERE data ->> 'subject' = 'one'`);
    expect(await lost.promise).toMatchObject({ message: 'The claim on the job was lost' });
    const { rows } = await app.db.query(`SELECT data ->> 'subject' AS subject FROM pgboss.job
      WHERE name = 'notify' AND heartbeat_on > now() - interval '5 seconds'`);
    expect(rows).toEqual([{ subject: 'two' }]);
    ended.resolve();
    await waitFor(async () => (await storedJobs(app.db)).length === 1);
    // Whoever has it now ends it.
    expect(await storedJobs(app.db)).toMatchObject([{ subject: 'one', state: 'active' }]);
  });
});

describe('an idle worker', () => {
  it('starts a new job at once, and seldom asks for one', async () => {
    const app = await anApp();
    const started: number[] = [];
    const asked = { claims: 0, looks: 0 };
    const claims: JobClaims = {
      ...app.claims,
      claim: (queue, limit) => ((asked.claims += 1), app.claims.claim(queue, limit)),
      due: (queues) => ((asked.looks += 1), app.claims.due(queues)),
    };
    const task = defineTask({ name: 'greet', run: async () => void started.push(performance.now()) });
    await startTestWorker({ ...app, claims }, [task], { queues: queueNames });
    await waitFor(() => asked.looks > 0);
    const before = asked.claims;
    const times: number[] = [];
    for (let n = 1; n <= 5; n += 1) {
      const at = performance.now();
      await enqueueJobs(app, aJob({ subject: `${n}` }));
      times.push((await waitFor(() => started[n - 1])) - at);
    }
    // Far below the second after which it would look by itself.
    expect(times.sort((a, b) => a - b)[2]).toBeLessThan(400);
    expect(asked.claims - before).toBeLessThan(15);
  });
});

describe('stopping', () => {
  it('leaves to others what does not end in time, and tells it', async () => {
    const app = await anApp();
    const attempts: number[] = [];
    const aborted = createSignal();
    const task = defineTask({
      name: 'greet',
      run: async (_args: object, { signal, attempt }) => {
        attempts.push(attempt);
        if (attempts.length > 1) return;
        signal.addEventListener('abort', () => aborted.resolve());
        await new Promise(() => undefined);
      },
    });
    await enqueueJobs(app, aJob());
    const impatient = await anApp({ databaseUrl: app.databaseUrl, config: { shutdownGrace: 0 } });
    await startTestWorker(impatient, [task]);
    await waitFor(() => attempts.length === 1);
    await impatient.close();
    await aborted.promise;
    await startTestWorker(app, [task]);
    await queuesToBeEmpty(app.db);
    expect(attempts).toEqual([1, 1]);
  });

  it('waits for what runs', async () => {
    const app = await anApp();
    const started = createSignal();
    const ended = createSignal();
    const task = defineTask({
      name: 'greet',
      run: async () => {
        started.resolve();
        await ended.promise;
      },
    });
    await enqueueJobs(app, aJob());
    const other = await anApp({ databaseUrl: app.databaseUrl });
    await startTestWorker(other, [task]);
    await started.promise;
    let isClosed = false;
    const closing = other.close().then(() => (isClosed = true));
    expect(await storedJobs(app.db)).toMatchObject([{ state: 'active' }]);
    expect(isClosed).toBe(false);
    ended.resolve();
    await closing;
    expect(await storedJobs(app.db)).toEqual([]);
  });
});
