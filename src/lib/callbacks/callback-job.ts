import type { SecretBox } from '../core/secret-box.ts';
import type { NewJob } from '../queue/job-queue.ts';
import type { CallbackApi, CallbackType } from './callback-api.ts';
import { formatPayload, type CallbackPayload } from './callback-payload.ts';

/** What a callback is about. */
export interface CallbackSubject {
  readonly serviceId: string;
  readonly type: CallbackType;
  /** Id of the notification, received text or complaint. */
  readonly subjectId: string;
  /**
   * Tells callbacks about the same subject apart, such as its statuses, and names a callback for good: in the queue, in
   * the log, and to the receiver, who can drop what came twice.
   */
  readonly webhookId: string;
}

/** Arguments of the task that sends a callback. */
export interface CallbackArgs extends CallbackSubject {
  /** URL, token and body as they were when it was queued, encrypted; null = they are read when it is sent. */
  readonly sealed: string | null;
}

/** What is sent. */
export interface CallbackRequest {
  readonly url: string;
  readonly bearerToken: string;
  readonly body: string;
}

/** Where a frozen callback is kept, for the secret box. */
const frozenContext = 'queue.service-callback';

/** The task that sends callbacks of each type. */
export const callbackTasks: Readonly<Record<CallbackType, string>> = {
  delivery_status: 'send-delivery-status',
  inbound_sms: 'send-inbound-sms',
  complaint: 'send-complaint',
  returned_letter: 'send-returned-letter',
};

/** A callback whose URL, token and body stay as they are now (delivery sheet §9). */
export function frozenCallbackJob(
  secretBox: SecretBox,
  { url, bearerToken }: CallbackApi,
  subject: CallbackSubject,
  payload: CallbackPayload,
): NewJob {
  const request: CallbackRequest = { url, bearerToken, body: formatPayload(payload) };
  return callbackJob({ ...subject, sealed: secretBox.seal(JSON.stringify(request), frozenContext) });
}

/** A callback that is read from the database when it is sent. */
export function lateCallbackJob(subject: CallbackSubject): NewJob {
  return callbackJob({ ...subject, sealed: null });
}

/** The frozen parts of a job. @throws AppError SECRET_UNREADABLE */
export function openFrozenCallback(secretBox: SecretBox, sealed: string): CallbackRequest {
  return JSON.parse(secretBox.open(sealed, frozenContext)) as CallbackRequest;
}

function callbackJob(args: CallbackArgs): NewJob {
  return { queue: 'service-callbacks', task: callbackTasks[args.type], args, subject: args.webhookId };
}
