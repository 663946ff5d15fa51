import type { Config } from '../config/schema.ts';
import type { ServiceCache } from '../cache/service-cache.ts';
import type { Clock } from '../core/clock.ts';
import { AppError, isAppError, messageOf } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database, Queryable } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { Telemetry } from '../observability/telemetry.ts';
import type { ProviderRegistry, SendResult, Verdict } from '../providers/provider.ts';
import type { ProviderRows } from '../providers/provider-rows.ts';
import type { SendErrors } from '../providers/send-errors.ts';
import { sandboxOutcome } from '../providers/sandbox-outcome.ts';
import type { JobQueue, NewJob } from '../queue/job-queue.ts';
import { defineTask, type Task, type TaskContext, type TaskFailure } from '../queue/task.ts';
import type { DeliveryRecords } from './delivery-records.ts';
import { insertNotificationEvent } from './notification-event-repository.ts';
import { updateNotification } from './notification-repository.ts';
import { sourcesOf } from './notification-status.ts';
import type { Notification } from './notification.ts';

export interface DeliverDeps {
  readonly db: Database;
  readonly cache: ServiceCache;
  readonly records: DeliveryRecords;
  readonly queue: JobQueue;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly providers: ProviderRegistry;
  readonly providerRows: ProviderRows;
  readonly sendErrors: SendErrors;
  readonly telemetry: Telemetry;
  readonly isQueueFirst: (serviceId: string) => boolean;
  readonly logger: Logger;
  /** A number in [0, 1), for the choice of the provider. */
  readonly random: () => number;
  /** Domain of the From address of emails. */
  readonly emailDomain: string;
  /** For links in emails. */
  readonly config: Pick<Config, 'publicUrl' | 'adminUrl' | 'host' | 'port'>;
}

/** The argument of the deliver tasks. */
export interface DeliverArgs {
  readonly notificationId: string;
  /** Scheme and host of the request that asked for it, for the links in it. */
  readonly baseUrl?: string;
}

const taskOfType = { sms: 'process-sms-client-response', email: 'process-ses-result' } as const;
const receiptQueueOfType = { sms: 'sms-callbacks', email: 'ses-callbacks' } as const;

/** A receipt that we make ourselves, for providers that send none and for test keys. */
export interface OwnReceiptArgs {
  readonly notificationId: string;
  readonly status: Verdict;
  readonly provider: string;
}

/** The verdict of a message that is not sent because it was made with a test key. */
export function testKeyResult(notification: Notification, ids: Ids): SendResult {
  const type = notification.notificationType === 'email' ? 'email' : 'sms';
  return { reference: type === 'email' ? ids.uuid() : null, verdict: sandboxOutcome(type, notification.to) };
}

/**
 * Records that the provider took the message: only `created` moves on; a receipt that came first keeps its status and
 * only the facts of the sending are added (delivery sheet §3.2). The provider's verdict, if it has one, is enqueued as a
 * receipt in the same transaction.
 */
export async function recordSent(
  { records, clock, telemetry, isQueueFirst }: DeliverDeps,
  notification: Notification,
  input: {
    provider: string;
    result: SendResult;
    status: 'sending' | 'sent';
    billableUnits?: number;
    requestId: string | null;
  },
): Promise<void> {
  const { result, provider, billableUnits } = input;
  const at = clock.now();
  await records.sent({
    facts: {
      id: notification.id,
      status: input.status,
      sentAt: at,
      sentBy: provider,
      reference: result.reference,
      billableUnits: billableUnits ?? null,
    },
    verdictJob: result.verdict === null ? null : ownReceiptJob(notification, result.verdict, provider, input.requestId),
  });
  telemetry.messageSent({
    type: notification.notificationType === 'email' ? 'email' : 'sms',
    keyType: notification.keyType,
    highVolume: isQueueFirst(notification.serviceId),
    ms: Math.max(0, at.getTime() - notification.createdAt.getTime()),
  });
}

function ownReceiptJob(
  { id, notificationType, keyType }: Notification,
  status: Verdict,
  provider: string,
  requestId: string | null,
): NewJob {
  const type = notificationType === 'email' ? 'email' : 'sms';
  const args: OwnReceiptArgs = { notificationId: id, status, provider };
  return {
    queue: keyType === 'test' ? 'research-mode' : receiptQueueOfType[type],
    task: taskOfType[type],
    args,
    subject: id,
    requestId,
  };
}

/** Moves a notification to `technical-failure` unless something final came first, and notes why. */
export async function recordTechnicalFailure(
  { clock, secretBox }: Pick<DeliverDeps, 'clock' | 'secretBox'>,
  tx: Queryable,
  notification: Pick<Notification, 'id' | 'notificationType'>,
  reason: string,
): Promise<boolean> {
  const at = clock.now();
  const onlyFrom = sourcesOf(notification.notificationType, 'technical-failure').filter(
    (status) => status === 'created',
  );
  const moved = await updateNotification(
    tx,
    secretBox,
    notification.id,
    { status: 'technical-failure' },
    { at, onlyFrom },
  );
  if (moved === null) return false;
  await insertNotificationEvent(tx, notification.id, { occurredAt: at, event: 'gave up', detail: { reason } });
  return true;
}

/** Notes a failed attempt, for `notifications trace`. */
export async function recordFailedAttempt(
  { clock }: Pick<DeliverDeps, 'clock'>,
  tx: Queryable,
  notificationId: string,
  { attempt, error, retryIn }: TaskFailure,
): Promise<void> {
  await insertNotificationEvent(tx, notificationId, {
    occurredAt: clock.now(),
    event: 'attempt failed',
    detail: {
      attempt,
      error: messageOf(error),
      code: isAppError(error) ? error.code : null,
      retry_in_seconds: retryIn,
    },
  });
}

/** The message of a delivery whose retries are used up (delivery sheet §3.1). */
export function exhaustedError(
  providerTask: 'send_sms_to_provider' | 'send_email_to_provider',
  notificationId: string,
): AppError {
  return new AppError(
    'NOTIFICATION_TECHNICAL_FAILURE',
    `RETRY FAILED: Max retries reached. The task ${providerTask} failed for notification ${notificationId}. Notification has been updated to technical-failure`,
  );
}

/** The queue's view of a deliver use case: failed attempts are noted, used-up retries end in `technical-failure`. */
export function deliverTask(
  deps: DeliverDeps,
  type: 'sms' | 'email',
  deliver: (deps: DeliverDeps, args: DeliverArgs, context: TaskContext) => Promise<void>,
): Task {
  return defineTask<DeliverArgs>({
    name: `deliver_${type}`,
    run: (args, context) => deliver(deps, args, context),
    onFailure: (tx, { notificationId }, failure) => recordFailedAttempt(deps, tx, notificationId, failure),
    async onExhausted(tx, { notificationId }, failure) {
      await recordFailedAttempt(deps, tx, notificationId, failure);
      const { message } = exhaustedError(`send_${type}_to_provider`, notificationId);
      const moved = await recordTechnicalFailure(deps, tx, { id: notificationId, notificationType: type }, message);
      if (moved) deps.logger.error({ err: failure.error }, message);
    },
  });
}
