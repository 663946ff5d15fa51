import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import type { JobQueue } from './job-queue.ts';
import { claimTicks, deleteOtherTasks, listProgress, saveSchedule } from './schedule-repository.ts';
import { isClaimedAhead, isTickDue, type ScheduledTask, type ScheduleProgress } from './schedule.ts';

export interface ScheduleDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly queue: JobQueue;
}

/** Makes the stored schedule that of this version of the program. A task that is new owes nothing. */
export async function syncSchedule(
  { db, clock }: Pick<ScheduleDeps, 'db' | 'clock'>,
  tasks: readonly ScheduledTask[],
): Promise<void> {
  await db.transaction(async (tx) => {
    await deleteOtherTasks(tx, tasks);
    await saveSchedule(tx, tasks, clock.now());
  });
}

/**
 * Queues every task whose tick has come. A tick is claimed in the transaction that queues its run, so that any number of
 * schedulers queue it once, and one that dies loses none. However many ticks were missed while no scheduler ran, they are
 * made up for by one run, and not at all when they are a week old (delivery sheet §10). While a run waits or works, a tick
 * is left to it: periodic tasks take whatever has become due. Returns the tasks that were due.
 */
export async function passTicks(deps: ScheduleDeps, tasks: readonly ScheduledTask[]): Promise<string[]> {
  const { db, clock, queue } = deps;
  const now = clock.now();
  const progress = await knownProgress(deps, tasks, now);
  const due = progress.filter((task) => isTickDue(task, now) || isClaimedAhead(task, now));
  if (due.length === 0) return [];
  return db.transaction(async (tx) => {
    const claimed = await claimTicks(tx, due, now);
    const ticking = due.filter((task) => claimed.has(task.task) && isTickDue(task, now));
    const jobs = tasks
      .filter(({ task }) => ticking.some((one) => one.task === task))
      .map(({ task, queue: name }) => ({ task, queue: name, args: {}, subject: 'schedule' }));
    if (jobs.length > 0) await queue.enqueue(tx, jobs, { leaveLive: true });
    return jobs.map(({ task }) => task);
  });
}

/** An older version of the program that starts meanwhile forgets tasks that it does not know; they come back. */
async function knownProgress(
  { db }: ScheduleDeps,
  tasks: readonly ScheduledTask[],
  now: Date,
): Promise<ScheduleProgress[]> {
  const stored = new Map((await listProgress(db)).map((progress) => [progress.task, progress]));
  const changed = tasks.filter(({ task, cron }) => stored.get(task)?.cron !== cron);
  if (changed.length > 0) await saveSchedule(db, changed, now);
  return tasks.flatMap((task) => (changed.includes(task) ? [] : (stored.get(task.task) ?? [])));
}
