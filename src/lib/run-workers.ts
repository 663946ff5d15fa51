import type { App } from './app.ts';
import { billingSchedule, billingScheduleTasks } from './billing-schedule.ts';
import { allBroadcastTasks, broadcastSchedule } from './broadcasts-schedule.ts';
import { deleteOldCallbackDeliveries } from './callbacks/delete-old-callback-deliveries.ts';
import { createEndpointLanes } from './callbacks/endpoint-lanes.ts';
import { sendCallbackTasks } from './callbacks/send-callback.ts';
import { deliverySchedule, deliveryScheduleTasks } from './delivery-schedule.ts';
import { deleteExpiredDocuments } from './documents/delete-expired-documents.ts';
import { deleteOldEvents } from './events/delete-old-events.ts';
import { jobTasks } from './jobs/job-work.ts';
import { jobsSchedule, jobsScheduleTasks } from './jobs-schedule.ts';
import { deleteOldDailyCounts } from './limits/delete-old-daily-counts.ts';
import { deleteOldIdempotencyKeys } from './idempotency/delete-old-idempotency-keys.ts';
import { lettersSchedule, lettersScheduleTasks } from './letters-schedule.ts';
import { makeLetterPdfTask } from './letters/make-letter-pdf.ts';
import { sanitiseLetterTask } from './letters/sanitise-letter.ts';
import { scanLetterTask } from './letters/scan-letter.ts';
import { scanSchedule, scanScheduleTasks } from './letters-scan-schedule.ts';
import { deliverEmailTask } from './notifications/deliver-email.ts';
import { deliverSmsTask } from './notifications/deliver-sms.ts';
import { saveQueuedMessageTasks } from './notifications/save-queued-message.ts';
import { timeOutNotifications } from './notifications/time-out-notifications.ts';
import { deleteOldSandboxMessages } from './providers/delete-old-sandbox-messages.ts';
import { reconcileProviders } from './providers/reconcile-providers.ts';
import { noteScheduledRuns } from './queue/note-scheduled-runs.ts';
import type { QueueName } from './queue/queues.ts';
import type { ScheduledTask } from './queue/schedule.ts';
import { createTaskRegistry, defineTask, type TaskRegistry } from './queue/task.ts';
import { startWorker, type Worker } from './queue/worker.ts';
import { receiptTasks } from './receipts/receipt-tasks.ts';
import { statisticsSchedule, statisticsScheduleTasks } from './statistics-schedule.ts';

/** The clock of the product, in UTC (delivery sheet §10). */
export const scheduledTasks: readonly ScheduledTask[] = [
  { task: 'timeout-sending-notifications', queue: 'periodic', cron: '5 0 * * *' },
  { task: 'delete-old-idempotency-keys', queue: 'periodic', cron: '40 * * * *' },
  { task: 'delete-expired-documents', queue: 'periodic', cron: '50 * * * *' },
  { task: 'delete-old-events', queue: 'periodic', cron: '4 3 * * *' },
  { task: 'delete-old-sandbox-messages', queue: 'periodic', cron: '20 3 * * *' },
  { task: 'delete-old-daily-counts', queue: 'periodic', cron: '40 3 * * *' },
  { task: 'delete-old-callback-deliveries', queue: 'periodic', cron: '50 3 * * *' },
  ...deliverySchedule,
  ...broadcastSchedule,
  ...jobsSchedule,
  ...statisticsSchedule,
  ...billingSchedule,
  ...lettersSchedule,
  ...scanSchedule,
];

/** Starts work on the queues; closing the app stops it. The app must have been made with `supervise`. */
export async function runWorkers(app: App, queues: readonly QueueName[]): Promise<Worker> {
  await reconcileProviders(app);
  const worker = await startWorker(
    {
      boss: app.boss,
      claims: app.claims,
      queue: app.queue,
      db: app.db,
      tasks: createTasks(app),
      logger: app.logger,
      retrySchedules: app.config.retrySchedules,
      onRun: (task, outcome, run) => app.telemetry.taskRan({ task, outcome, ...run }),
    },
    queues,
    app.config.workerConcurrency,
  );
  app.onClose(() => worker.stop(app.config.shutdownGrace * 1000));
  return worker;
}

/** Fires scheduled tasks; closing the app stops it. */
export async function runScheduler(app: App): Promise<void> {
  await app.scheduler.start(scheduledTasks);
}

function createTasks(app: App): TaskRegistry {
  const tasks = [
    deliverSmsTask(app),
    deliverEmailTask(app),
    ...saveQueuedMessageTasks(app),
    makeLetterPdfTask(app),
    scanLetterTask(app),
    sanitiseLetterTask(app),
    ...scanScheduleTasks(app),
    ...receiptTasks(app),
    ...sendCallbackTasks({
      ...app,
      lanes: createEndpointLanes({ slots: app.config.workerConcurrency }),
      onAttempt: ({ type, attempt, outcome, seconds }) =>
        app.metrics.callbackSeconds.observe({ type, attempt: String(attempt), outcome }, seconds),
    }),
    defineTask({
      name: 'timeout-sending-notifications',
      run: async () => void (await timeOutNotifications(app)),
    }),
    defineTask({
      name: 'delete-old-idempotency-keys',
      run: async () => void (await deleteOldIdempotencyKeys(app)),
    }),
    defineTask({
      name: 'delete-expired-documents',
      run: async () => void (await deleteExpiredDocuments(app)),
    }),
    defineTask({
      name: 'delete-old-events',
      run: async () => void (await deleteOldEvents(app)),
    }),
    defineTask({
      name: 'delete-old-sandbox-messages',
      run: async () => void (await deleteOldSandboxMessages(app)),
    }),
    defineTask({
      name: 'delete-old-daily-counts',
      run: async () => void (await deleteOldDailyCounts(app)),
    }),
    defineTask({
      name: 'delete-old-callback-deliveries',
      run: async () => void (await deleteOldCallbackDeliveries(app)),
    }),
    ...deliveryScheduleTasks(app),
    ...allBroadcastTasks(app),
    ...jobTasks(app),
    ...jobsScheduleTasks(app),
    ...statisticsScheduleTasks(app),
    ...billingScheduleTasks(app),
    ...lettersScheduleTasks(app),
  ];
  return createTaskRegistry(noteScheduledRuns(app, tasks, scheduledTasks));
}
