import type { App } from './app.ts';
import type { ScheduledTask } from './queue/schedule.ts';
import { defineTask, type Task } from './queue/task.ts';
import { untilStopped } from './queue/until-stopped.ts';
import { archiveOldHistory } from './retention/archive-old-history.ts';
import { archiveUnsubscribeRequests } from './retention/archive-unsubscribe-requests.ts';
import { applyRetention } from './retention/apply-retention.ts';
import { moveReceivedTexts } from './retention/move-received-texts.ts';
import { measureProcessingTime } from './statistics/measure-processing-time.ts';
import { createNightlyFacts } from './statistics/rebuild-status-facts.ts';

/** What counts past days, and takes away what is no longer kept, in UTC (delivery sheet §10). Each run is idempotent. */
export const statisticsSchedule: readonly ScheduledTask[] = [
  { task: 'archive-unsubscribe-requests', queue: 'reporting', cron: '5 0 * * *' },
  { task: 'create-nightly-notification-status', queue: 'reporting', cron: '30 0 * * *' },
  { task: 'archive-old-history', queue: 'reporting', cron: '35 1 * * *' },
  { task: 'delete-inbound-sms', queue: 'periodic', cron: '40 1 * * *' },
  { task: 'save-daily-notification-processing-time', queue: 'periodic', cron: '0 2 * * *' },
  { task: 'delete-notifications-older-than-retention', queue: 'reporting', cron: '0 3 * * *' },
];

/** The tasks of `statisticsSchedule`. */
export function statisticsScheduleTasks(app: App): Task[] {
  const task = (name: string, run: (signal: AbortSignal) => Promise<unknown>): Task =>
    defineTask({ name, run: (_args, { signal }) => untilStopped(signal, () => run(signal)) });
  return [
    task('archive-unsubscribe-requests', () => archiveUnsubscribeRequests(app)),
    task('create-nightly-notification-status', (signal) => createNightlyFacts(app, { signal })),
    task('archive-old-history', (signal) => archiveOldHistory(app, { signal })),
    task('delete-inbound-sms', () => moveReceivedTexts(app)),
    task('save-daily-notification-processing-time', () => measureProcessingTime(app)),
    task('delete-notifications-older-than-retention', (signal) => applyRetention(app, { signal })),
  ];
}
