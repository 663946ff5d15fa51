import type { App } from './app.ts';
import { watchAcknowledgements } from './print-runs/acknowledge-zips.ts';
import { deleteOldLetterZips } from './print-runs/delete-old-zips.ts';
import { deliverLetterTask } from './print-runs/deliver-letter.ts';
import { pollResponsesBySchedule } from './print-runs/poll-responses.ts';
import { importResponsesTask } from './print-runs/receive-print-callback.ts';
import { runPrintSchedule } from './print-runs/run-print-schedule.ts';
import { uploadLetterZipsTask } from './print-runs/upload-task.ts';
import {
  watchFailedLetters,
  watchLettersStillCreated,
  watchLettersStillScanned,
  watchLettersStillSending,
  watchOpenZips,
} from './print-runs/watch-letters.ts';
import type { ScheduledTask } from './queue/schedule.ts';
import { defineTask, type Task } from './queue/task.ts';

/** What brings letters to the print provider by the clock, and watches over them, in UTC (letters sheet §9, §15). */
export const lettersSchedule: readonly ScheduledTask[] = [
  // One of both is 17:50 in London.
  { task: 'check-time-to-collate-letters', queue: 'periodic', cron: '50 16,17 * * *' },
  { task: 'check-if-letters-still-in-created', queue: 'periodic', cron: '0 7 * * 1-5' },
  { task: 'check-if-letters-in-technical-failure', queue: 'periodic', cron: '0 7 * * *' },
  { task: 'check-if-letter-zips-still-open', queue: 'periodic', cron: '0 7 * * *' },
  { task: 'check-if-letters-still-pending-virus-check', queue: 'periodic', cron: '0 9,15 * * 1-5' },
  { task: 'raise-alert-if-letter-notifications-still-sending', queue: 'periodic', cron: '0 19 * * *' },
  // Not after 23:00, when the day in London is another one in summer.
  { task: 'raise-alert-if-no-letter-ack-file', queue: 'periodic', cron: '30 22 * * *' },
  { task: 'import-letter-responses', queue: 'periodic', cron: '*/10 * * * *' },
  { task: 'delete-old-letter-zips', queue: 'periodic', cron: '30 4 * * *' },
];

/** The tasks of `lettersSchedule`, and those that bring letters to the provider and read its files. */
export function lettersScheduleTasks(app: App): Task[] {
  const task = (name: string, run: () => Promise<unknown>): Task =>
    defineTask({ name, run: async () => void (await run()) });
  return [
    uploadLetterZipsTask(app),
    deliverLetterTask(app),
    importResponsesTask(app),
    task('check-time-to-collate-letters', () => runPrintSchedule(app)),
    task('check-if-letters-still-in-created', () => watchLettersStillCreated(app)),
    task('check-if-letters-in-technical-failure', () => watchFailedLetters(app)),
    task('check-if-letter-zips-still-open', () => watchOpenZips(app)),
    task('check-if-letters-still-pending-virus-check', () => watchLettersStillScanned(app)),
    task('raise-alert-if-letter-notifications-still-sending', () => watchLettersStillSending(app)),
    task('raise-alert-if-no-letter-ack-file', () => watchAcknowledgements(app)),
    task('import-letter-responses', () => pollResponsesBySchedule(app)),
    task('delete-old-letter-zips', () => deleteOldLetterZips(app)),
  ];
}
