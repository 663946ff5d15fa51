import { AppError } from '../core/errors.ts';
import { chooseProvider } from '../providers/choose-provider.ts';
import { noteSendError } from '../providers/note-send-error.ts';
import { sendThrough } from '../providers/send-through.ts';
import type { SendResult } from '../providers/provider.ts';
import type { Task, TaskContext } from '../queue/task.ts';
import { requireService } from '../services/show-service.ts';
import { renderSms } from '../templates/render-sms.ts';
import { findTemplateVersionOfService } from '../templates/show-template.ts';
import {
  deliverTask,
  recordSent,
  recordTechnicalFailure,
  testKeyResult,
  type DeliverArgs,
  type DeliverDeps,
} from './deliver-notification.ts';
import { updateNotification } from './notification-repository.ts';

/**
 * Hands one text message to a provider (delivery sheet §3.2). Only a notification in `created` is sent; running it again
 * after success does nothing.
 *
 * @throws whatever the provider threw; the queue tries again
 */
export async function deliverSms(
  deps: DeliverDeps,
  { notificationId }: DeliverArgs,
  { requestId }: Pick<TaskContext, 'requestId'>,
): Promise<void> {
  const { db, secretBox, logger } = deps;
  const notification = await deps.records.require(notificationId);
  if (notification.status !== 'created') {
    logger.warn(
      `Not sending SMS notification ${notification.id} because status is '${notification.status}' (not 'created')`,
    );
    return;
  }
  const service = await requireService(deps, notification.serviceId);
  if (!service.active) {
    const reason = `Send sms for notification id ${notification.id} to provider is not allowed: service ${service.id} is inactive`;
    await db.transaction((tx) => recordTechnicalFailure(deps, tx, notification, reason));
    logger.error(reason);
    return;
  }
  const provider = await chooseProvider(deps, 'sms', notification);
  const template = await findTemplateVersionOfService(deps, {
    serviceId: service.id,
    templateId: notification.templateId,
    version: notification.templateVersion,
  });
  if (template === null)
    throw new AppError(
      'NOT_FOUND',
      `Version ${notification.templateVersion} of template ${notification.templateId} is missing`,
    );
  const sms = renderSms({
    content: template.content,
    personalisation: notification.personalisation,
    prefix: service.prefixSms ? service.name : null,
  });
  const status = notification.international ? 'sent' : 'sending';

  if (notification.keyType === 'test') {
    await recordSent(deps, notification, {
      provider: provider.identifier,
      result: testKeyResult(notification, deps.ids),
      status,
      requestId,
    });
    return;
  }
  let result: SendResult;
  try {
    result = await sendThrough(deps, provider, {
      notificationId: notification.id,
      to: notification.normalisedTo ?? notification.to,
      sender: notification.replyToText,
      content: sms.text,
      international: notification.international,
    });
  } catch (error) {
    // A refused message was still built: its fragments are known and count for billing. A receipt that came meanwhile
    // has counted them, and its time is when the message was completed.
    await updateNotification(
      db,
      secretBox,
      notification.id,
      { billableUnits: sms.fragmentCount },
      { at: deps.clock.now(), onlyFrom: ['created'] },
    );
    await noteSendError(deps, provider.identifier, error);
    throw error;
  }
  await recordSent(deps, notification, {
    provider: provider.identifier,
    result,
    status,
    billableUnits: sms.fragmentCount,
    requestId,
  });
}

/** The queue's view of `deliverSms`. */
export function deliverSmsTask(deps: DeliverDeps): Task {
  return deliverTask(deps, 'sms', deliverSms);
}
