import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import type { JobQueue, NewJob } from '../queue/job-queue.ts';
import type { QueueName } from '../queue/queues.ts';
import type { ProcessType } from '../templates/template.ts';
import type { NewNotification, NotificationType } from './notification.ts';
import { insertNotification } from './notification-repository.ts';

export interface PersistDeps {
  readonly db: Database;
  readonly queue: JobQueue;
  readonly secretBox: SecretBox;
}

const deliverTasks: Readonly<Record<NotificationType, string>> = {
  sms: 'deliver_sms',
  email: 'deliver_email',
  letter: 'get-pdf-for-templated-letter',
};

const deliverQueues: Readonly<Record<NotificationType, QueueName>> = {
  sms: 'send-sms',
  email: 'send-email',
  letter: 'create-letters-pdf',
};

/**
 * Stores a notification together with its delivery job, in one transaction: when this resolves, both are durable, and
 * when it throws, neither exists (delivery sheet §1.2).
 */
export async function persistNotification(
  { db, queue, secretBox }: PersistDeps,
  input: { notification: NewNotification; processType: ProcessType; requestId: string | null },
): Promise<void> {
  await db.transaction(async (tx) => {
    await insertNotification(tx, secretBox, input.notification);
    await queue.enqueue(tx, [deliveryJob(input.notification, input.processType, input.requestId)]);
  });
}

/** The job that delivers a notification, on the queue it belongs to (delivery sheet §2.2, first match wins). */
export function deliveryJob(
  { id, keyType, notificationType }: Pick<NewNotification, 'id' | 'keyType' | 'notificationType'>,
  processType: ProcessType,
  requestId: string | null,
): NewJob {
  const queue =
    keyType === 'test' ? 'research-mode' : processType === 'priority' ? 'notify' : deliverQueues[notificationType];
  return { queue, task: deliverTasks[notificationType], args: { notificationId: id }, subject: id, requestId };
}
