import { describe, expect, it } from 'vitest';
import { scheduledTasks } from '../../src/lib/run-workers.ts';
import { syncSchedule, type ScheduledTask } from '../../src/lib/queue/schedule.ts';
import { defineTask } from '../../src/lib/queue/task.ts';
import { enqueueJobs } from '../support/builders.ts';
import { queuesToBeEmpty, storedJobs } from '../support/queue-probe.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { waitFor } from '../support/wait.ts';

const anApp = useTestApps();

/** Once a day, and not now: half a day from now. */
const tick: ScheduledTask = {
  task: 'tick',
  queue: 'periodic',
  cron: `30 ${(new Date().getUTCHours() + 12) % 24} * * *`,
};

/** Stores a schedule, and makes it look as if no scheduler had run for some days: a tick is due. */
async function scheduleDue(app: TestApp, tasks: readonly ScheduledTask[] = [tick]): Promise<void> {
  await syncSchedule(app.boss, tasks);
  await app.db.query(`UPDATE pgboss.schedule SET created_on = now() - interval '30 days'`);
  await app.db.query(`UPDATE pgboss.version SET cron_on = now() - interval '5 days'`);
}

/** Waits until the ticks that were due have been passed on to their queues. */
async function ticksToBePassedOn({ db }: TestApp): Promise<void> {
  await waitFor(async () => {
    const { rows } = await db.query<{ state: string }>(`SELECT state FROM pgboss.job WHERE name = '__pgboss__send-it'`);
    return rows.length > 0 && rows.every(({ state }) => state === 'completed');
  });
}

async function storedSchedules({ boss }: TestApp): Promise<string[]> {
  return (await boss.getSchedules()).map(({ name, key, cron }) => `${name} ${key} ${cron}`).sort();
}

describe('several schedulers', () => {
  it('claim a tick once between them, and ticks missed for days are made up for once', async () => {
    const app = await anApp({ supervise: true });
    await scheduleDue(app);
    let runs = 0;
    await startTestWorker(app, [defineTask({ name: 'tick', run: async () => void (runs += 1) })], {
      queues: ['periodic'],
    });
    const schedulers = await Promise.all([1, 2, 3].map(() => anApp({ databaseUrl: app.databaseUrl, schedule: true })));
    await waitFor(() => runs > 0);
    // Closing waits for what a scheduler is in the middle of.
    await Promise.all(schedulers.map((scheduler) => scheduler.close()));
    await queuesToBeEmpty(app.db);

    expect(runs).toBe(1);
    expect(await storedJobs(app.db)).toMatchObject([
      { queue: 'periodic', task: 'tick', subject: 'schedule', attempt: 1 },
    ]);
  });
});

describe('a tick', () => {
  it('is skipped while the run before it waits', async () => {
    const app = await anApp({ schedule: false });
    await scheduleDue(app);
    await enqueueJobs(app, { queue: 'periodic', task: 'tick', args: {}, subject: 'schedule', delay: 60 });
    await anApp({ databaseUrl: app.databaseUrl, schedule: true });
    await ticksToBePassedOn(app);
    expect(await storedJobs(app.db)).toMatchObject([{ delay: 60 }]);
  });

  it('of a schedule that is new does not make up for times before it', async () => {
    const app = await anApp();
    const everyMinute: ScheduledTask = { task: 'minute', queue: 'periodic', cron: '* * * * *' };
    await scheduleDue(app, [everyMinute]);
    await syncSchedule(app.boss, [tick, everyMinute]);
    await anApp({ databaseUrl: app.databaseUrl, schedule: true });
    await ticksToBePassedOn(app);
    expect((await storedJobs(app.db)).map(({ task }) => task)).toEqual(['minute']);
  });
});

describe('the stored schedule', () => {
  it('is what this version knows: others are removed, changed ones changed', async () => {
    const app = await anApp();
    await syncSchedule(app.boss, [
      tick,
      { task: 'gone', queue: 'periodic', cron: '* * * * *' },
      { task: 'moved', queue: 'periodic', cron: '* * * * *' },
    ]);
    await syncSchedule(app.boss, [
      { ...tick, cron: '45 1 * * *' },
      { task: 'moved', queue: 'reporting', cron: '* * * * *' },
    ]);
    expect(await storedSchedules(app)).toEqual(['periodic tick 45 1 * * *', 'reporting moved * * * * *']);
  });

  it('keeps its age when it is stored again: a restart must not forgive missed ticks', async () => {
    const app = await anApp();
    await scheduleDue(app);
    const age = `SELECT created_on FROM pgboss.schedule`;
    const before = (await app.db.query(age)).rows;
    await syncSchedule(app.boss, [tick]);
    expect((await app.db.query(age)).rows).toEqual(before);
  });

  it('is stored by a scheduler, in UTC', async () => {
    const app = await anApp({ schedule: true });
    await app.runScheduler();
    expect(await storedSchedules(app)).toEqual(
      scheduledTasks.map(({ queue, task, cron }) => `${queue} ${task} ${cron}`).sort(),
    );
    expect(new Set((await app.boss.getSchedules()).map(({ timezone }) => timezone))).toEqual(new Set(['UTC']));
  });
});

describe('the scheduled tasks', () => {
  it('are known to the workers and run', async () => {
    const app = await anApp({ supervise: true });
    await app.runWorkers([...new Set(scheduledTasks.map(({ queue }) => queue))]);
    await enqueueJobs(
      app,
      ...scheduledTasks.map(({ task, queue }) => ({ task, queue, args: {}, subject: 'schedule' })),
    );
    await queuesToBeEmpty(app.db);
    const { values } = await app.metrics.taskRuns.get();
    expect(values.map(({ labels, value }) => `${labels.task} ${labels.outcome} ${value}`).sort()).toEqual(
      scheduledTasks.map(({ task }) => `${task} done 1`).sort(),
    );
  });

  it.each(scheduledTasks)('$task never runs only in the hour whose London date differs between seasons', ({ cron }) => {
    expect(cron.split(' ')[1]).not.toBe('23');
  });
});
