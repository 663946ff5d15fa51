import { placeInJob } from './accepted-message.ts';
import { listNotificationEvents } from './notification-event-repository.ts';
import { findLiveJobs } from '../queue/find-jobs.ts';
import { completedStatuses } from './notification-status.ts';
import { requireNotification, type ReadDeps } from './show-notification.ts';
import type { Notification } from './notification.ts';

/** One step in the life of a message. */
export interface TraceStep {
  readonly at: Date;
  readonly step: string;
  readonly detail: string;
}

export interface NotificationTrace {
  readonly notification: Notification;
  readonly steps: readonly TraceStep[];
  /** What happens next, or null when nothing will. */
  readonly next: string | null;
}

const taskNames = [
  ...['deliver_sms', 'deliver_email', 'process-sms-client-response', 'process-ses-result'],
  ...['get-pdf-for-templated-letter', 'scan-file', 'sanitise-letter'],
];

/**
 * The whole life of one message, oldest step first, from its row, from what was noted of failed attempts and ignored
 * receipts, and from the queue.
 *
 * @throws AppError NOT_FOUND
 */
export async function traceNotification(
  { db, secretBox }: ReadDeps,
  input: { notificationId: string },
): Promise<NotificationTrace> {
  const notification = await requireNotification({ db, secretBox }, input.notificationId);
  const steps: TraceStep[] = [
    {
      at: notification.createdAt,
      step: 'accepted',
      detail: `${notification.notificationType} with a ${notification.keyType} key, template ${notification.templateId} version ${notification.templateVersion}; stored together with its delivery job`,
    },
  ];
  for (const { occurredAt, event, detail } of await listNotificationEvents(db, notification.id)) {
    steps.push({ at: occurredAt, step: event, detail: describe(detail) });
  }
  if (notification.sentAt !== null) {
    const reference = notification.reference === null ? '' : ` under reference ${notification.reference}`;
    const how = notification.keyType === 'test' ? 'not sent, as the key is a test key; would have gone to' : 'taken by';
    steps.push({
      at: notification.sentAt,
      step: 'handed over',
      detail: `${how} provider ${notification.sentBy ?? 'unknown'}${reference}`,
    });
  }
  // What is only `sent` was told with the handing over.
  const isOver = completedStatuses.includes(notification.status) && notification.status !== 'sent';
  if (isOver && notification.updatedAt !== null) {
    steps.push({
      at: notification.updatedAt,
      step: notification.status,
      detail: `status is now ${notification.status}`,
    });
  }
  steps.sort((left, right) => left.at.getTime() - right.at.getTime());

  const jobs = await findLiveJobs({ db }, { tasks: taskNames, subject: notification.id, ...placeInJob(notification) });
  // In a bundle, what was sent, or failed and has a retry, waits for its neighbours only.
  const job = jobs.find(({ isBundled }) => !isBundled) ?? (notification.status === 'created' ? jobs[0] : undefined);
  const next =
    job === undefined
      ? null
      : job.state === 'active'
        ? `${job.task} is running (attempt ${job.attempt}, queue ${job.queue})`
        : `${job.task} is due at ${job.startAfter.toISOString()} (attempt ${job.attempt}, queue ${job.queue})`;
  return { notification, steps, next };
}

// As events are written; the database gives their members back in an order of its own.
const detailOrder = ['attempt', 'error', 'code', 'retry_in_seconds', 'status', 'provider', 'kept', 'reason'];

function describe(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null)
    .sort(([left], [right]) => detailOrder.indexOf(left) - detailOrder.indexOf(right))
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
