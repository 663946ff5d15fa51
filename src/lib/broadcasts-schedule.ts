import type { App } from './app.ts';
import { broadcastTasks } from './broadcasts/broadcast-tasks.ts';
import { expireBroadcasts } from './broadcasts/expire-broadcasts.ts';
import type { ScheduledTask } from './queue/schedule.ts';
import { defineTask, type Task } from './queue/task.ts';

/** What happens to broadcasts by the clock, in UTC (broadcasts sheet §11). Each run is idempotent. */
export const broadcastSchedule: readonly ScheduledTask[] = [
  { task: 'trigger-link-tests', queue: 'periodic', cron: '*/15 * * * *' },
  { task: 'auto-expire-broadcast-messages', queue: 'periodic', cron: '*/5 * * * *' },
];

/** The tasks of broadcasts: those of the schedule, and those that send. */
export function allBroadcastTasks(app: App): Task[] {
  return [
    ...broadcastTasks(app),
    defineTask({ name: 'auto-expire-broadcast-messages', run: async () => void (await expireBroadcasts(app)) }),
  ];
}
