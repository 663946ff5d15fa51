import type { IdempotentAnswer } from '../idempotency/idempotency-key.ts';
import type { BundlePlace, NewJob } from '../queue/new-job.ts';
import type { QueueName } from '../queue/queues.ts';
import type { ProcessType } from '../templates/template.ts';
import type { NewNotification, NotificationType } from './notification.ts';

/** A message that passed every check, ready to be stored. */
export interface AcceptedMessage {
  readonly notification: NewNotification;
  readonly processType: ProcessType;
  readonly requestId: string | null;
  /** Scheme and host of the request, for links in it that are made when it is delivered. */
  readonly baseUrl?: string;
  /** The job that goes on with it; without one, the deliver job of its type. Null: it has ended. */
  readonly job?: NewJob | null;
  /** The answer to keep under the request's idempotency key. */
  readonly idempotentAnswer?: IdempotentAnswer | null;
  /** Only queue it: a worker stores it (delivery sheet §1.5). */
  readonly queueFirst?: boolean;
}

export const deliverTasks: Readonly<Record<NotificationType, string>> = {
  sms: 'deliver_sms',
  email: 'deliver_email',
  letter: 'get-pdf-for-templated-letter',
};

const deliverQueues: Readonly<Record<NotificationType, QueueName>> = {
  sms: 'send-sms',
  email: 'send-email',
  letter: 'create-letters-pdf',
};

/** The job that delivers a notification, on the queue it belongs to (delivery sheet §2.2, first match wins). */
export function deliveryJob({
  notification,
  processType,
  requestId,
  baseUrl,
}: Pick<AcceptedMessage, 'processType' | 'requestId' | 'baseUrl'> & {
  readonly notification: Pick<NewNotification, 'id' | 'keyType' | 'notificationType'>;
}): NewJob {
  const { id, keyType, notificationType } = notification;
  const queue =
    keyType === 'test' ? 'research-mode' : processType === 'priority' ? 'notify' : deliverQueues[notificationType];
  const args = { notificationId: id, ...(baseUrl !== undefined && { baseUrl }) };
  return { queue, task: deliverTasks[notificationType], args, subject: id, requestId };
}

/** Where the delivery of a row of a job stands among those of the other rows; absent of messages that are no row of a job. */
export function placeInJob({ jobId, jobRowNumber }: Pick<NewNotification, 'jobId' | 'jobRowNumber'>): {
  readonly bundle?: BundlePlace;
} {
  return typeof jobId === 'string' && typeof jobRowNumber === 'number'
    ? { bundle: { of: jobId, at: jobRowNumber } }
    : {};
}
