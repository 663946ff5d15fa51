import { linkBaseUrls } from '../config/link-base-urls.ts';
import type { Config } from '../config/schema.ts';
import { AppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { renderEmail } from '../templates/render-email.ts';
import { renderLetter } from '../templates/render-letter.ts';
import { renderSms } from '../templates/render-sms.ts';
import { showService } from '../services/show-service.ts';
import {
  findNotification,
  findNotificationOfService,
  type NotificationWithTemplate,
} from './notification-repository.ts';
import type { Notification } from './notification.ts';
import { createUnsubscribeUrl, type UnsubscribeUrlDeps } from './unsubscribe-url.ts';

export interface ReadDeps {
  readonly db: Database;
  readonly secretBox: SecretBox;
}

/** A notification of this service. @throws AppError NOT_FOUND, also when it is another service's */
export async function showNotificationOfService(
  { db, secretBox }: ReadDeps,
  input: { serviceId: string; notificationId: string },
): Promise<NotificationWithTemplate> {
  const notification = await findNotificationOfService(db, secretBox, input.serviceId, input.notificationId);
  if (notification === null) throw new AppError('NOT_FOUND', 'No result found');
  return notification;
}

/** A notification by id, for operators. @throws AppError NOT_FOUND */
export async function showNotification(
  { db, secretBox }: ReadDeps,
  input: { notificationId: string },
): Promise<NotificationWithTemplate> {
  const { serviceId } = await requireNotification({ db, secretBox }, input.notificationId);
  return showNotificationOfService({ db, secretBox }, { serviceId, notificationId: input.notificationId });
}

/** @throws AppError NOT_FOUND naming the id */
export async function requireNotification({ db, secretBox }: ReadDeps, id: string): Promise<Notification> {
  const notification = await findNotification(db, secretBox, id);
  if (notification === null) throw noSuchNotification(id);
  return notification;
}

export function noSuchNotification(id: string): AppError {
  return new AppError('NOT_FOUND', `No notification has the id '${id}'`, {
    hint: 'Messages to the simulated recipients are never stored, and others are deleted after their retention.',
  });
}

/** A message as the provider gets it. */
export interface RenderedMessage {
  readonly subject: string | null;
  readonly text: string;
  readonly html: string | null;
  /** Text messages only. */
  readonly fragmentCount: number | null;
}

/** Renders a stored notification exactly as it is sent: with prefix, with the layout of emails. */
export async function renderNotification(
  deps: UnsubscribeUrlDeps & { db: Database; config: Pick<Config, 'publicUrl' | 'adminUrl' | 'host' | 'port'> },
  notification: NotificationWithTemplate,
): Promise<RenderedMessage> {
  const service = await showService(deps, notification.serviceId);
  if (notification.notificationType === 'sms') {
    const sms = renderSms({
      content: notification.templateContent,
      personalisation: notification.personalisation,
      prefix: service.prefixSms ? service.name : null,
    });
    return { subject: null, text: sms.text, html: null, fragmentCount: sms.fragmentCount };
  }
  if (notification.notificationType === 'letter') {
    const letter = renderLetter({
      subject: notification.templateSubject ?? '',
      content: notification.templateContent,
      personalisation: notification.personalisation,
    });
    return { subject: letter.subject, text: letter.apiBody, html: letter.htmlBody, fragmentCount: null };
  }
  const email = renderEmail({
    subject: notification.templateSubject ?? '',
    content: notification.templateContent,
    personalisation: notification.personalisation,
    unsubscribeUrl: notification.templateHasUnsubscribeLink
      ? createUnsubscribeUrl(deps, notification, linkBaseUrls(deps.config, null).site)
      : null,
  });
  return { subject: email.subject, text: email.plainText, html: email.html, fragmentCount: null };
}
