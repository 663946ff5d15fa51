import { linkBaseUrls } from '../config/link-base-urls.ts';
import { AppError, isAppError, messageOf } from '../core/errors.ts';
import { chooseProvider } from '../providers/choose-provider.ts';
import { sendThrough } from '../providers/send-through.ts';
import type { SendResult } from '../providers/provider.ts';
import type { Task, TaskContext } from '../queue/task.ts';
import { requireService } from '../services/show-service.ts';
import { renderEmail } from '../templates/render-email.ts';
import { findTemplateVersionOfService } from '../templates/show-template.ts';
import {
  deliverTask,
  recordSent,
  recordTechnicalFailure,
  testKeyResult,
  type DeliverArgs,
  type DeliverDeps,
} from './deliver-notification.ts';
import { createUnsubscribeUrl, oneClickUnsubscribeUrl } from './unsubscribe-url.ts';

/**
 * Hands one email to a provider (delivery sheet §3.3). Only a notification in `created` is sent. An address that the
 * provider refuses for good ends in `technical-failure` at once.
 *
 * @throws whatever else the provider threw; the queue tries again
 */
export async function deliverEmail(
  deps: DeliverDeps,
  { notificationId, baseUrl }: DeliverArgs,
  { requestId }: Pick<TaskContext, 'requestId'>,
): Promise<void> {
  const { db, logger } = deps;
  const notification = await deps.records.require(notificationId);
  if (notification.status !== 'created') return;
  const service = await requireService(deps, notification.serviceId);
  if (!service.active) {
    const reason = `Send email for notification id ${notification.id} to provider is not allowed: service ${service.id} is inactive`;
    await db.transaction((tx) => recordTechnicalFailure(deps, tx, notification, reason));
    logger.error(reason);
    return;
  }
  const provider = await chooseProvider(deps, 'email', { international: false });
  if (notification.keyType === 'test') {
    await recordSent(deps, notification, {
      provider: provider.identifier,
      result: testKeyResult(notification, deps.ids),
      status: 'sending',
      requestId,
    });
    return;
  }
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
  const { hasUnsubscribeLink } = template;
  const base = linkBaseUrls(deps.config, baseUrl ?? null);
  const email = renderEmail({
    subject: template.subject ?? '',
    content: template.content,
    personalisation: notification.personalisation,
    // The link that people open is never the caller's (templating sheet §5.5).
    unsubscribeUrl: hasUnsubscribeLink ? createUnsubscribeUrl(deps, notification, base.site) : null,
  });
  let result: SendResult;
  try {
    result = await sendThrough(deps, provider, {
      notificationId: notification.id,
      to: notification.normalisedTo ?? notification.to,
      from: {
        name: service.customEmailSenderName ?? service.name,
        address: `${service.emailSenderLocalPart}@${deps.emailDomain}`,
      },
      replyTo: notification.replyToText,
      subject: email.subject,
      text: email.plainText,
      html: email.html,
      unsubscribeUrl: oneClickUnsubscribeUrl(deps, notification, {
        templateHasUnsubscribeLink: hasUnsubscribeLink,
        baseUrl: base.api,
      }),
    });
  } catch (error) {
    if (!isAppError(error, 'PROVIDER_REFUSED')) throw error;
    await db.transaction((tx) => recordTechnicalFailure(deps, tx, notification, messageOf(error)));
    logger.error({ err: error }, `The provider refused email notification ${notification.id}`);
    return;
  }
  await recordSent(deps, notification, { provider: provider.identifier, result, status: 'sending', requestId });
}

/** The queue's view of `deliverEmail`. */
export function deliverEmailTask(deps: DeliverDeps): Task {
  return deliverTask(deps, 'email', deliverEmail);
}
