import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { isFileUpload } from '../documents/file-uploads.ts';
import type { ServiceCache } from '../cache/service-cache.ts';
import type { Queryable } from '../db/database.ts';
import type { KeyType } from '../api-keys/api-key.ts';
import { isTextAbroad } from '../limits/daily-count.ts';
import type { Limits } from '../limits/limits.ts';
import { normaliseSmsSender } from '../recipients/phone-number.ts';
import { findEmailReplyTo, findSmsSender } from '../services/find-service.ts';
import type { Service } from '../services/service.ts';
import { renderTemplate, type RenderedTemplate } from '../templates/render-template.ts';
import { findTemplateOfService } from '../templates/show-template.ts';
import type { Template, TemplateSource } from '../templates/template.ts';
import type { RecipientColumns } from './notification-recipient.ts';
import type { NotificationType } from './notification.ts';

/** The checks that every way of sending a message makes, each in an order of its own (public API sheet §4.2 and §15). */

export interface AcceptStepDeps {
  readonly db: Queryable;
  readonly cache: ServiceCache;
}

export const plurals = { sms: 'text messages', email: 'emails', letter: 'letters' } as const;

/** @throws AppError REQUEST_INVALID when the service may not send this type of message */
export function assertMaySend({ permissions }: Service, notificationType: NotificationType): void {
  if (!permissions.includes(notificationType)) {
    throw invalid(`Service is not allowed to send ${plurals[notificationType]}`);
  }
}

/**
 * The newest version of the template that a request names.
 *
 * @throws AppError REQUEST_INVALID when it is unknown, another service's or hidden, of another type, or archived
 */
export async function requireUsableTemplate(
  deps: AcceptStepDeps,
  {
    service,
    templateId,
    notificationType,
  }: { service: Service; templateId: string; notificationType: NotificationType },
): Promise<Template> {
  const template = await findTemplateOfService(deps, service.id, templateId);
  if (template === null) throw invalid('Template not found');
  if (template.templateType !== notificationType) {
    throw invalid(`${template.templateType} template is not suitable for ${notificationType} notification`);
  }
  if (template.archived) throw invalid('Template has been deleted');
  return template;
}

/**
 * Renders a message that has everything it needs.
 *
 * @throws AppError VALIDATION_FAILED for a letter's QR code that holds too much; REQUEST_INVALID when a value or all text
 *   is missing
 */
export function renderComplete(template: TemplateSource, personalisation: JsonObject): RenderedTemplate {
  const rendered = renderTemplate(template, personalisation);
  if (rendered.qrCodeTooLong !== null) {
    const { data, numBytes, maxBytes } = rendered.qrCodeTooLong;
    const entry = { data, num_bytes: numBytes, max_bytes: maxBytes };
    throw new AppError('VALIDATION_FAILED', rendered.tooLong ?? '', { details: { entry } });
  }
  if (rendered.missing.length > 0) throw invalid(`Missing personalisation: ${rendered.missing.join(', ')}`);
  if (rendered.empty) throw invalid('Your message is empty.');
  return rendered;
}

/**
 * Only emails can have files.
 *
 * @throws AppError REQUEST_INVALID when a value asks for an upload
 */
export function assertNoFiles(personalisation: JsonObject): void {
  if (Object.values(personalisation).some(isFileUpload)) throw invalid('Can only send a file by email');
}

/**
 * The daily limit of texts to numbers abroad, which only the recipient tells (public API sheet §6).
 *
 * @throws AppError LIMIT_EXCEEDED
 */
export async function assertWithinInternationalLimit(
  { limits }: { readonly limits: Limits },
  {
    service,
    keyType,
    notificationType,
    recipient,
  }: {
    service: Service;
    keyType: KeyType;
    notificationType: NotificationType;
    recipient: RecipientColumns;
  },
): Promise<void> {
  if (!isTextAbroad({ notificationType, ...recipient })) return;
  await limits.assertWithinDailyLimit({ service, keyType, counted: 'international_sms' });
}

/** @throws AppError REQUEST_INVALID with the sheet's message about the length */
export function assertNotTooLong({ tooLong }: RenderedTemplate): void {
  if (tooLong !== null) throw invalid(tooLong);
}

/**
 * The text that a message is sent from, or the address that answers go to: the chosen one, else the service's default.
 * Null when the service has no default.
 *
 * @throws AppError REQUEST_INVALID when the chosen one is not the service's, or archived
 */
export async function resolveSender(
  deps: AcceptStepDeps,
  {
    service,
    senderId,
    notificationType,
  }: { service: Service; senderId: string | null; notificationType: 'sms' | 'email' },
): Promise<string | null> {
  if (notificationType === 'sms') {
    const sender = await findSmsSender(deps, service.id, senderId);
    if (sender === null && senderId !== null) throw unknownSender('sms_sender_id', senderId, service.id);
    return sender === null ? null : normaliseSmsSender(sender.smsSender);
  }
  const replyTo = await findEmailReplyTo(deps, service.id, senderId);
  if (replyTo === null && senderId !== null) throw unknownSender('email_reply_to_id', senderId, service.id);
  return replyTo?.emailAddress ?? null;
}

function unknownSender(field: string, id: string, serviceId: string): AppError {
  return invalid(`${field} ${id} does not exist in database for service id ${serviceId}`);
}

function invalid(message: string): AppError {
  return new AppError('REQUEST_INVALID', message);
}
