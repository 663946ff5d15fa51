import type { Clock } from '../core/clock.ts';
import type { Queryable } from '../db/database.ts';
import { inspectQueue, type JobGroup, type OverdueTask } from '../queue/inspect-queue.ts';
import { describeSeconds, ok, warning, type Check } from './check.ts';

/** A due job waits this long before it looks as if nobody worked on its queue. */
const longWait = 5 * 60;
/** Schedulers have something to do every minute. */
const longSilence = 5 * 60;

const runWorker = 'Run a worker: `notify serve`, or `notify serve --role worker`.';

/** Whether somebody works on the queues and keeps the clock. */
export async function checkQueue(db: Queryable, clock: Clock): Promise<Check[]> {
  const { stale, due, dead, schedulerAge, overdue } = await inspectQueue({ db, clock });
  const scheduler = checkScheduler(schedulerAge);
  return [checkStale(stale), checkWaiting(due), checkDead(dead), scheduler, checkScheduledTasks(overdue)];
}

function checkStale(groups: readonly JobGroup[]): Check {
  if (groups.length === 0) return ok('stale-jobs', 'no job hangs in a worker that died');
  return warning(
    'stale-jobs',
    `jobs of workers that died and that nobody took over: ${describe(groups)}`,
    `${runWorker} It takes them over within a minute; \`notify queue unlock\` does at once.`,
  );
}

function checkWaiting(groups: readonly JobGroup[]): Check {
  const late = groups.filter(({ oldest }) => oldest > longWait);
  if (late.length > 0)
    return warning('waiting-jobs', `jobs are due and nobody works on them: ${describe(late)}`, runWorker);
  return ok('waiting-jobs', groups.length === 0 ? 'no job waits' : `jobs are due: ${describe(groups)}`);
}

function checkDead(groups: readonly JobGroup[]): Check {
  if (groups.length === 0) return ok('dead-letters', 'no job was given up');
  return warning(
    'dead-letters',
    `jobs whose workers died or lost the database on every try: ${describe(groups)}`,
    "The workers' logs say why; `notify notifications trace ID` shows what became of a message, `notify queue retry` puts them back.",
  );
}

function checkScheduler(age: number | null): Check {
  const hint = 'Run one: `notify serve`, or `notify serve --role scheduler`.';
  if (age === null) return warning('scheduler', 'no scheduler has run on this database yet', hint);
  if (age > longSilence) return warning('scheduler', `no scheduler has run for ${describeSeconds(age)}`, hint);
  return ok('scheduler', `last tick ${describeSeconds(Math.max(0, age))} ago`);
}

function checkScheduledTasks(overdue: readonly OverdueTask[]): Check {
  const name = 'scheduled-tasks';
  if (overdue.length === 0) return ok(name, 'no scheduled task is late');
  const list = overdue.map(({ task, dueAt, lastRunAt }) => {
    const last = lastRunAt === null ? 'it never ran' : `it last ran ${toMinutes(lastRunAt)}`;
    return `${task} (due ${toMinutes(dueAt)}, ${last})`;
  });
  return warning(
    name,
    `scheduled tasks did not run, or failed, when they should have: ${list.join(', ')}`,
    'See that a scheduler and a worker of its queue run; the logs of the workers say why a task failed.',
  );
}

/** `2026-03-10 12:00Z` */
function toMinutes(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')}Z`;
}

function describe(groups: readonly JobGroup[]): string {
  return groups
    .map(({ queue, count, oldest }) => `${count} of ${queue} (oldest ${describeSeconds(Math.max(0, oldest))})`)
    .join(', ');
}
