import { describe, expect, it } from 'vitest';
import { passTicks, syncSchedule } from '../../src/lib/queue/pass-ticks.ts';
import type { ScheduledTask } from '../../src/lib/queue/schedule.ts';
import { noteScheduledRuns } from '../../src/lib/queue/note-scheduled-runs.ts';
import { defineTask } from '../../src/lib/queue/task.ts';
import { scheduledTasks } from '../../src/lib/run-workers.ts';
import { createTestClock } from '../server/test-clock.ts';
import { enqueueJobs } from '../support/builders.ts';
import { queuesToBeEmpty, storedJobs } from '../support/queue-probe.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { waitFor } from '../support/wait.ts';

const clock = createTestClock('2026-03-10T12:00:00Z');
const anApp = useTestApps({ clock });

/** Once a day, at 00:05. */
const daily: ScheduledTask = { task: 'daily', queue: 'periodic', cron: '5 0 * * *' };
const everyMinute: ScheduledTask = { task: 'every-minute', queue: 'periodic', cron: '* * * * *' };
/** Mondays at 09:00. */
const weekly: ScheduledTask = { task: 'weekly', queue: 'periodic', cron: '0 9 * * 1' };

/** An app whose schedule was stored on Tuesday, 10 March 2026, at noon. */
async function scheduled(...tasks: ScheduledTask[]): Promise<TestApp> {
  clock.set('2026-03-10T12:00:00Z');
  const app = await anApp();
  await syncSchedule(app, tasks);
  return app;
}

/** The tasks that are queued when the clock is looked at, one moment after the other. */
async function queuedAt(app: TestApp, tasks: ScheduledTask[], ...instants: string[]): Promise<string[][]> {
  const queued: string[][] = [];
  for (const instant of instants) {
    clock.set(`2026-03-${instant}Z`);
    queued.push(await passTicks(app, tasks));
  }
  return queued;
}

async function finishJobs(app: TestApp): Promise<void> {
  await app.db.query(`UPDATE pgboss.job SET state = 'completed', completed_on = now()`);
}

async function storedSchedule({ db }: TestApp): Promise<string[]> {
  const { rows } = await db.query<{ task: string; cron: string }>('SELECT task, cron FROM schedule_runs ORDER BY task');
  return rows.map(({ task, cron }) => `${task} ${cron}`);
}

describe('a tick', () => {
  it('is passed on once, when it comes', async () => {
    const app = await scheduled(daily);
    const instants = ['10T12:00:01', '11T00:04:59', '11T00:05:00', '11T00:05:10', '11T23:59:59', '12T00:05:09'];
    expect(await queuedAt(app, [daily], ...instants)).toEqual([[], [], ['daily'], [], [], ['daily']]);
    // The second waits no longer than the first: it is left to it.
    expect(await storedJobs(app.db)).toMatchObject([
      { queue: 'periodic', task: 'daily', subject: 'schedule', attempt: 1, state: 'created' },
    ]);
  });

  it('that was missed while no scheduler ran is made up for once, and the next one comes as usual', async () => {
    const app = await scheduled(daily, everyMinute);
    const [missed, again] = await queuedAt(app, [daily, everyMinute], '14T08:00:05', '14T08:00:06');
    expect([missed, again]).toEqual([['daily', 'every-minute'], []]);
    await finishJobs(app);
    expect(await queuedAt(app, [daily, everyMinute], '14T08:01:00', '15T00:05:00')).toEqual([
      ['every-minute'],
      ['daily', 'every-minute'],
    ]);
  });

  it.each([
    ['Tuesday', '17T09:00:00', ['weekly']],
    ['Monday a week later', '23T08:59:59', ['weekly']],
  ])('of a Monday is made up for on %s', async (_day, instant, queued) => {
    const app = await scheduled(weekly);
    expect(await queuedAt(app, [weekly], instant)).toEqual([queued]);
  });

  it('is not made up for when it is more than a week old', async () => {
    clock.set('2026-03-10T12:00:00Z');
    const yearly: ScheduledTask = { task: 'yearly', queue: 'periodic', cron: '1 2 12 3 *' };
    const app = await anApp();
    await syncSchedule(app, [yearly]);
    expect(await queuedAt(app, [yearly], '19T02:01:01')).toEqual([[]]);
    expect(await storedJobs(app.db)).toEqual([]);
  });

  it('is claimed once by schedulers that look at the same moment', async () => {
    const app = await scheduled(daily, everyMinute);
    clock.set('2026-03-11T00:05:00Z');
    const looks = await Promise.all(Array.from({ length: 8 }, () => passTicks(app, [daily, everyMinute])));
    expect(looks.flat().sort()).toEqual(['daily', 'every-minute']);
  });

  it('stays due when its run could not be queued', async () => {
    const app = await scheduled(daily);
    clock.set('2026-03-11T00:05:00Z');
    const enqueue = async (): Promise<never> => {
      throw new Error('no queue');
    };
    await expect(passTicks({ ...app, queue: { enqueue } }, [daily])).rejects.toThrow('no queue');
    expect(await passTicks(app, [daily])).toEqual(['daily']);
  });

  it('of a task that is new does not make up for times before it', async () => {
    const app = await scheduled(everyMinute);
    clock.set('2026-03-14T08:00:00Z');
    await syncSchedule(app, [daily, everyMinute]);
    expect(await passTicks(app, [daily, everyMinute])).toEqual(['every-minute']);
  });

  it('comes although somebody whose clock was a year ahead claimed it', async () => {
    const app = await scheduled(everyMinute);
    clock.set('2027-03-10T12:00:00Z');
    await passTicks(app, [everyMinute]);
    await finishJobs(app);
    expect(await queuedAt(app, [everyMinute], '10T12:05:30', '10T12:05:40', '10T12:06:00')).toEqual([
      [],
      [],
      ['every-minute'],
    ]);
  });
});

describe('the stored schedule', () => {
  it('is what this version knows: others are forgotten, changed ones begin anew', async () => {
    const app = await scheduled(daily, weekly);
    clock.set('2026-03-12T12:00:00Z');
    const changed = { ...daily, cron: '45 1 * * *' };
    await syncSchedule(app, [changed]);
    expect(await storedSchedule(app)).toEqual(['daily 45 1 * * *']);
    expect(await passTicks(app, [changed])).toEqual([]);
  });

  it('keeps its place when it is stored again: a restart must not forgive missed ticks', async () => {
    const app = await scheduled(daily);
    clock.set('2026-03-11T08:00:00Z');
    await syncSchedule(app, [daily]);
    expect(await passTicks(app, [daily])).toEqual(['daily']);
  });

  it('comes back when an older version of the program forgot a part of it', async () => {
    const app = await scheduled(daily, everyMinute);
    await syncSchedule(app, [everyMinute]);
    expect(await queuedAt(app, [daily, everyMinute], '10T12:01:00', '11T00:05:00')).toEqual([
      ['every-minute'],
      ['daily', 'every-minute'],
    ]);
  });

  it('is stored and kept going by a scheduler, until the app closes', async () => {
    clock.set('2026-03-10T12:00:00Z');
    const app = await anApp();
    await syncSchedule(app, scheduledTasks);
    clock.set('2026-03-10T12:01:00Z');
    await app.runScheduler();
    await waitFor(async () => (await storedJobs(app.db)).length > 0);
    expect(await storedSchedule(app)).toEqual(scheduledTasks.map(({ task, cron }) => `${task} ${cron}`).sort());
  });
});

describe('the scheduled tasks', () => {
  it('are known to the workers, run, and note it', async () => {
    const app = await anApp({ supervise: true });
    await syncSchedule(app, scheduledTasks);
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
    const { rows } = await app.db.query('SELECT task FROM schedule_runs WHERE last_run_at IS NULL');
    expect(rows).toEqual([]);
  });

  it('that fail do not count as run', async () => {
    const app = await anApp({ supervise: true });
    await syncSchedule(app, [daily]);
    const failing = defineTask({ name: 'daily', run: () => Promise.reject(new Error('no')) });
    const { outcomes } = await startTestWorker(app, noteScheduledRuns(app, [failing], [daily]), {
      queues: ['periodic'],
    });
    await enqueueJobs(app, { task: 'daily', queue: 'periodic', args: {}, subject: 'schedule' });
    await waitFor(() => outcomes.length === 1);
    const { rows } = await app.db.query('SELECT last_run_at FROM schedule_runs');
    expect(rows).toEqual([{ last_run_at: null }]);
  });

  it.each(scheduledTasks)('$task never runs only in the hour whose London date differs between seasons', ({ cron }) => {
    expect(cron.split(' ')[1]).not.toBe('23');
  });
});
