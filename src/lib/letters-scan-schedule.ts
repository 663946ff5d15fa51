import type { App } from './app.ts';
import { deleteOldOriginals } from './letters/precompiled-originals.ts';
import { scanLettersAgain } from './letters/scan-again.ts';
import type { ScheduledTask } from './queue/schedule.ts';
import { defineTask, type Task } from './queue/task.ts';

/** What looks after letters that come as PDFs by the clock, in UTC (letters sheet §15). Each run is idempotent. */
export const scanSchedule: readonly ScheduledTask[] = [
  { task: 'rescan-letters-pending-virus-check', queue: 'periodic', cron: '*/10 * * * *' },
  { task: 'delete-old-letter-originals', queue: 'periodic', cron: '10 5 * * *' },
];

/** The tasks of `scanSchedule`. */
export function scanScheduleTasks(app: App): Task[] {
  return [
    defineTask({ name: 'rescan-letters-pending-virus-check', run: async () => void (await scanLettersAgain(app)) }),
    defineTask({ name: 'delete-old-letter-originals', run: async () => void (await deleteOldOriginals(app)) }),
  ];
}
