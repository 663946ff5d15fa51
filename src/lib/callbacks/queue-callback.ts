import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import type { EndedNotification } from '../notifications/list-ended-notifications.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { findCallbackApi, listCallbackApisOfServices } from './callback-api-repository.ts';
import type { CallbackApi } from './callback-api.ts';
import { frozenCallbackJob, lateCallbackJob, type CallbackSubject } from './callback-job.ts';
import {
  complaintPayload,
  deliveryStatusPayload,
  returnedLetterPayload,
  type ReportedComplaint,
  type ReturnedLetter,
} from './callback-payload.ts';

/**
 * Callbacks are queued in the transaction that stores their cause: neither exists without the other. Without a configured
 * callback of the type nothing happens. What is waiting already, such as the same status that was replayed, is left to
 * that other job.
 */
export interface QueueCallbackDeps {
  readonly queue: JobQueue;
  readonly secretBox: SecretBox;
}

const leaveLive = { leaveLive: true };

/** Tells the service what became of a text message or an email. Returns whether it is told. */
export async function queueDeliveryStatusCallback(
  deps: QueueCallbackDeps,
  tx: Queryable,
  notification: EndedNotification,
): Promise<boolean> {
  const callback = await findCallbackApi(tx, deps.secretBox, notification.serviceId, 'delivery_status');
  if (callback === null) return false;
  await deps.queue.enqueue(tx, [deliveryStatusJob(deps, callback, notification)], leaveLive);
  return true;
}

/** `queueDeliveryStatusCallback` for many, of whatever services. Returns how many are told. */
export async function queueDeliveryStatusCallbacks(
  deps: QueueCallbackDeps,
  tx: Queryable,
  notifications: readonly EndedNotification[],
): Promise<number> {
  if (notifications.length === 0) return 0;
  const serviceIds = [...new Set(notifications.map(({ serviceId }) => serviceId))];
  const callbacks = await listCallbackApisOfServices(tx, deps.secretBox, serviceIds, 'delivery_status');
  const callbackOf = new Map(callbacks.map((callback) => [callback.serviceId, callback]));
  const jobs = notifications.flatMap((notification) => {
    const callback = callbackOf.get(notification.serviceId);
    return callback === undefined ? [] : [deliveryStatusJob(deps, callback, notification)];
  });
  if (jobs.length > 0) await deps.queue.enqueue(tx, jobs, leaveLive);
  return jobs.length;
}

/** Tells the service of a text that it received; its words are read when the callback is sent. */
export async function queueInboundSmsCallback(
  deps: QueueCallbackDeps,
  tx: Queryable,
  text: { id: string; serviceId: string },
): Promise<boolean> {
  const callback = await findCallbackApi(tx, deps.secretBox, text.serviceId, 'inbound_sms');
  if (callback === null) return false;
  const subject = subjectOf('inbound_sms', text.serviceId, text.id);
  await deps.queue.enqueue(tx, [lateCallbackJob(subject)], leaveLive);
  return true;
}

/** Tells the service that a recipient complained about an email. */
export async function queueComplaintCallback(
  deps: QueueCallbackDeps,
  tx: Queryable,
  complaint: ReportedComplaint,
): Promise<boolean> {
  const callback = await findCallbackApi(tx, deps.secretBox, complaint.serviceId, 'complaint');
  if (callback === null) return false;
  const subject = subjectOf('complaint', complaint.serviceId, complaint.id);
  await deps.queue.enqueue(
    tx,
    [frozenCallbackJob(deps.secretBox, callback, subject, complaintPayload(complaint))],
    leaveLive,
  );
  return true;
}

/** Tells the service that a letter came back. */
export async function queueReturnedLetterCallback(
  deps: QueueCallbackDeps,
  tx: Queryable,
  letter: ReturnedLetter,
): Promise<boolean> {
  const callback = await findCallbackApi(tx, deps.secretBox, letter.serviceId, 'returned_letter');
  if (callback === null) return false;
  const subject = subjectOf('returned_letter', letter.serviceId, letter.notificationId);
  const job = frozenCallbackJob(deps.secretBox, callback, subject, returnedLetterPayload(letter));
  await deps.queue.enqueue(tx, [job], leaveLive);
  return true;
}

function deliveryStatusJob(
  { secretBox }: QueueCallbackDeps,
  callback: CallbackApi,
  notification: EndedNotification,
): ReturnType<typeof frozenCallbackJob> {
  const subject = deliveryStatusSubject(notification);
  return frozenCallbackJob(secretBox, callback, subject, deliveryStatusPayload(notification));
}

/** A status of a notification is told once: with its name, a later one has an id of its own. */
export function deliveryStatusSubject({ serviceId, id, status }: EndedNotification): CallbackSubject {
  return { serviceId, type: 'delivery_status', subjectId: id, webhookId: `delivery_status_${id}_${status}` };
}

/** The subject of a callback of which there is only one. */
export function subjectOf(
  type: Exclude<CallbackSubject['type'], 'delivery_status'>,
  serviceId: string,
  subjectId: string,
): CallbackSubject {
  return { serviceId, type, subjectId, webhookId: `${type}_${subjectId}` };
}
