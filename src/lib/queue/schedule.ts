import type { PgBoss } from 'pg-boss';
import { queueDatabaseSchema, type JobData } from './job-queue.ts';
import type { QueueName } from './queues.ts';

/** Work that runs by the clock. Times are UTC (delivery sheet §10). */
export interface ScheduledTask {
  readonly task: string;
  readonly queue: QueueName;
  readonly cron: string;
}

/**
 * Stores the schedule in the database, from where the scheduler of any one process fires each tick once; ticks missed
 * while nothing ran are made up for once. Schedules that this version does not know are removed.
 */
export async function syncSchedule(boss: PgBoss, scheduledTasks: readonly ScheduledTask[]): Promise<void> {
  const known = new Set(scheduledTasks.map(({ task, queue }) => `${queue} ${task}`));
  for (const { name, key } of await boss.getSchedules()) {
    if (!known.has(`${name} ${key}`)) await boss.unschedule(name, key);
  }
  for (const { task, queue, cron } of scheduledTasks) {
    const data: JobData = { task, args: {}, subject: 'schedule', attempt: 1, requestId: null };
    // While a run waits or works, the next tick is skipped: periodic tasks take whatever has become due.
    await boss.schedule(queue, cron, data, { tz: 'UTC', key: task, missed: 'once', singletonKey: `${task}:schedule` });
  }
}

/** Where the scheduler keeps its ticks, for `doctor`. */
export const scheduleTable = `${queueDatabaseSchema}.schedule`;
