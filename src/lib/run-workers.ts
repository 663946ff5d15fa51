import type { App } from './app.ts';
import { deleteOldCallbackDeliveries } from './callbacks/delete-old-callback-deliveries.ts';
import { createEndpointLanes } from './callbacks/endpoint-lanes.ts';
import { sendCallbackTasks } from './callbacks/send-callback.ts';
import { deliverySchedule, deliveryScheduleTasks } from './delivery-schedule.ts';
import { deleteExpiredDocuments } from './documents/delete-expired-documents.ts';
import { deleteOldDailyCounts } from './limits/delete-old-daily-counts.ts';
import { deleteOldIdempotencyKeys } from './idempotency/delete-old-idempotency-keys.ts';
import { sanitiseLetterTask } from './letters/sanitise-letter.ts';
import { deliverEmailTask } from './notifications/deliver-email.ts';
import { deliverSmsTask } from './notifications/deliver-sms.ts';
import { saveQueuedMessageTasks } from './notifications/save-queued-message.ts';
import { timeOutNotifications } from './notifications/time-out-notifications.ts';
import { deleteOldSandboxMessages } from './providers/delete-old-sandbox-messages.ts';
import { reconcileProviders } from './providers/reconcile-providers.ts';
import type { QueueName } from './queue/queues.ts';
import { syncSchedule, type ScheduledTask } from './queue/schedule.ts';
import { createTaskRegistry, defineTask, type TaskRegistry } from './queue/task.ts';
import { foreignPaceSlots, startWorker } from './queue/worker.ts';
import { receiptTasks } from './receipts/receipt-tasks.ts';

/** The clock of the product, in UTC (delivery sheet §10). */
export const scheduledTasks: readonly ScheduledTask[] = [
  { task: 'timeout-sending-notifications', queue: 'periodic', cron: '5 0 * * *' },
  { task: 'delete-old-idempotency-keys', queue: 'periodic', cron: '40 * * * *' },
  { task: 'delete-expired-documents', queue: 'periodic', cron: '50 * * * *' },
  { task: 'delete-old-sandbox-messages', queue: 'periodic', cron: '20 3 * * *' },
  { task: 'delete-old-daily-counts', queue: 'periodic', cron: '40 3 * * *' },
  { task: 'delete-old-callback-deliveries', queue: 'periodic', cron: '50 3 * * *' },
  ...deliverySchedule,
];

/** Starts work on the queues; closing the app stops it. The app must have been made with `supervise`. */
export async function runWorkers(app: App, queues: readonly QueueName[]): Promise<void> {
  await reconcileProviders(app);
  await startWorker(
    {
      boss: app.boss,
      db: app.db,
      tasks: createTasks(app),
      logger: app.logger,
      retrySchedules: app.config.retrySchedules,
      onRun: (task, outcome, run) => app.telemetry.taskRan({ task, outcome, ...run }),
    },
    queues,
    app.config.workerConcurrency,
  );
}

/** Stores the schedule and, in an app made with `schedule`, keeps it going. */
export async function runScheduler(app: App): Promise<void> {
  await syncSchedule(app.boss, scheduledTasks);
}

function createTasks(app: App): TaskRegistry {
  return createTaskRegistry([
    deliverSmsTask(app),
    deliverEmailTask(app),
    ...saveQueuedMessageTasks(app),
    sanitiseLetterTask(app),
    ...receiptTasks(app),
    ...sendCallbackTasks({
      ...app,
      lanes: createEndpointLanes({ slots: foreignPaceSlots(app.config.workerConcurrency) }),
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
  ]);
}
