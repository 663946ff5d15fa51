import type { App } from './app.ts';
import { checkJobStatus } from './jobs/check-job-status.ts';
import { checkMissingRows } from './jobs/check-missing-rows.ts';
import { completeFinishedJobs } from './jobs/complete-finished-jobs.ts';
import { removeJobFiles } from './jobs/remove-job-files.ts';
import { startScheduledJobs } from './jobs/start-scheduled-jobs.ts';
import type { ScheduledTask } from './queue/schedule.ts';
import { defineTask, type Task } from './queue/task.ts';

/** What moves jobs on by the clock, in UTC (jobs sheet §6). Each run is idempotent. */
export const jobsSchedule: readonly ScheduledTask[] = [
  { task: 'run-scheduled-jobs', queue: 'periodic', cron: '0,15,30,45 * * * *' },
  { task: 'check-job-status', queue: 'periodic', cron: '* * * * *' },
  { task: 'update-status-of-fully-processed-jobs', queue: 'periodic', cron: '* * * * *' },
  { task: 'check-for-missing-rows-in-completed-jobs', queue: 'periodic', cron: '*/10 * * * *' },
  { task: 'remove_sms_email_jobs', queue: 'periodic', cron: '0 4 * * *' },
  { task: 'remove_letter_jobs', queue: 'periodic', cron: '20 4 * * *' },
];

/** The tasks of `jobsSchedule`. */
export function jobsScheduleTasks(app: App): Task[] {
  const task = (name: string, run: () => Promise<unknown>): Task =>
    defineTask({ name, run: async () => void (await run()) });
  return [
    task('run-scheduled-jobs', () => startScheduledJobs(app)),
    task('check-job-status', () => checkJobStatus(app)),
    task('update-status-of-fully-processed-jobs', () => completeFinishedJobs(app)),
    task('check-for-missing-rows-in-completed-jobs', () => checkMissingRows(app)),
    task('remove_sms_email_jobs', () => removeJobFiles(app, { types: ['sms', 'email'] })),
    task('remove_letter_jobs', () => removeJobFiles(app, { types: ['letter'] })),
  ];
}
