import { parseJson } from '../core/json.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { NewJob } from '../queue/job-queue.ts';
import type { AcceptedMessage } from './accepted-message.ts';
import type { NewNotification } from './notification.ts';

/** Where a queued message is kept, for the secret box. */
const payloadContext = 'queue.accepted-message';

/** Arguments of the task that stores a queued message. */
export interface SaveArgs {
  /** Encrypted: it holds the recipient and the personalisation. */
  readonly payload: string;
}

type Payload = Pick<AcceptedMessage, 'notification' | 'processType' | 'baseUrl'>;

/** The job with which a worker stores a message that was only queued (delivery sheet §1.5). */
export function queueFirstJob(message: AcceptedMessage, secretBox: SecretBox): NewJob {
  const { notification, processType, requestId, baseUrl } = message;
  const type = notification.notificationType === 'email' ? 'email' : 'sms';
  const payload: Payload = { notification, processType, ...(baseUrl !== undefined && { baseUrl }) };
  const args: SaveArgs = { payload: secretBox.seal(JSON.stringify(payload), payloadContext) };
  return { queue: `db-${type}`, task: `save-api-${type}`, args, subject: notification.id, requestId };
}

/** The message of such a job. @throws AppError SECRET_UNREADABLE */
export function readSaveArgs({ payload }: SaveArgs, secretBox: SecretBox): Payload {
  const { notification, ...others } = parseJson(secretBox.open(payload, payloadContext)) as unknown as Payload & {
    notification: Omit<NewNotification, 'createdAt'> & { createdAt: string };
  };
  return { ...others, notification: { ...notification, createdAt: new Date(notification.createdAt) } };
}
