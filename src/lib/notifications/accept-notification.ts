import type { ApiKey } from '../api-keys/api-key.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { findEmailReplyTo, findSmsSender } from '../services/find-service.ts';
import type { Service } from '../services/service.ts';
import { normaliseSmsSender } from '../recipients/phone-number.ts';
import { isSimulatedRecipient } from '../recipients/recipient-comparison.ts';
import { renderTemplate } from '../templates/render-template.ts';
import { sanitisePersonalisation, type SanitisedPersonalisation } from '../templates/sanitise-personalisation.ts';
import { findTemplateOfService } from '../templates/show-template.ts';
import type { Template } from '../templates/template.ts';
import { assertRecipientAllowed, readRecipient } from './notification-recipient.ts';
import { persistNotification, type PersistDeps } from './persist-notification.ts';

export interface AcceptInput {
  readonly service: Service;
  /** Null for a message sent by hand, which counts as `normal`. */
  readonly apiKey: ApiKey | null;
  readonly notificationType: 'sms' | 'email';
  readonly to: string;
  readonly templateId: string;
  readonly personalisation: JsonObject;
  readonly clientReference: string | null;
  /** The chosen text message sender or reply-to address; null = the default one. */
  readonly senderId: string | null;
  readonly unsubscribeUrl: string | null;
  /** Keys whose values lose their links and markdown; null for none. */
  readonly sanitiseContentFor: readonly JsonValue[] | null;
  readonly createdById: string | null;
  readonly requestId: string | null;
}

/** What a POST answers with. */
export interface AcceptedNotification {
  readonly id: string;
  readonly template: Template;
  readonly body: string;
  readonly subject: string | null;
  /** `from_number` of texts, the reply-to address of emails. */
  readonly replyToText: string | null;
  /** The values that sanitising changed, by their keys as sent. */
  readonly sanitisedContent: SanitisedPersonalisation['changes'];
  /** True for the recipients that are accepted and never stored. */
  readonly simulated: boolean;
}

export type AcceptDeps = PersistDeps & { readonly clock: Clock; readonly ids: Ids };

const plurals = { sms: 'text messages', email: 'emails' } as const;

/**
 * Accepts a text message or an email: the checks of the public API sheet §4.2 in their order, then the durable insert
 * with its delivery job. When it resolves, the message will be sent whatever happens.
 *
 * @throws AppError REQUEST_INVALID, RECIPIENT_INVALID with the sheet's messages
 */
export async function acceptNotification(deps: AcceptDeps, input: AcceptInput): Promise<AcceptedNotification> {
  const { service, apiKey, notificationType } = input;
  if (!service.permissions.includes(notificationType)) {
    throw invalid(`Service is not allowed to send ${plurals[notificationType]}`);
  }
  const { personalisation, changes } = sanitisePersonalisation(input.personalisation, input.sanitiseContentFor);
  const template = await requireUsableTemplate(deps, input);
  const rendered = renderTemplate(template, personalisation);
  if (rendered.missing.length > 0) throw invalid(`Missing personalisation: ${rendered.missing.join(', ')}`);
  if (rendered.empty) throw invalid('Your message is empty.');
  const replyToText = await resolveSender(deps, input);
  const keyType = apiKey?.keyType ?? 'normal';
  await assertRecipientAllowed(deps, { service, keyType, to: input.to });
  const recipient = readRecipient(input.to, notificationType, service);
  if (rendered.tooLong !== null) throw invalid(rendered.tooLong);

  const id = deps.ids.uuid();
  const simulated = isSimulatedRecipient(recipient.normalisedTo);
  if (!simulated) {
    await persistNotification(deps, {
      notification: {
        id,
        serviceId: service.id,
        notificationType,
        ...recipient,
        templateId: template.id,
        templateVersion: template.version,
        apiKeyId: apiKey?.id ?? null,
        keyType,
        status: 'created',
        clientReference: input.clientReference,
        personalisation,
        replyToText,
        createdById: input.createdById,
        createdAt: deps.clock.now(),
        unsubscribeLink: input.unsubscribeUrl,
      },
      processType: template.processType,
      requestId: input.requestId,
    });
  }
  const { body, subject } = rendered;
  return { id, template, body, subject, replyToText, sanitisedContent: changes, simulated };
}

async function requireUsableTemplate(
  { db }: AcceptDeps,
  { service, templateId, notificationType }: AcceptInput,
): Promise<Template> {
  const template = await findTemplateOfService({ db }, service.id, templateId);
  if (template === null) throw invalid('Template not found');
  if (template.templateType !== notificationType) {
    throw invalid(`${template.templateType} template is not suitable for ${notificationType} notification`);
  }
  if (template.archived) throw invalid('Template has been deleted');
  return template;
}

async function resolveSender(
  { db }: AcceptDeps,
  { service, senderId, notificationType }: AcceptInput,
): Promise<string | null> {
  if (notificationType === 'sms') {
    const sender = await findSmsSender({ db }, service.id, senderId);
    if (sender === null && senderId !== null) throw unknownSender('sms_sender_id', senderId, service.id);
    return sender === null ? null : normaliseSmsSender(sender.smsSender);
  }
  const replyTo = await findEmailReplyTo({ db }, service.id, senderId);
  if (replyTo === null && senderId !== null) throw unknownSender('email_reply_to_id', senderId, service.id);
  return replyTo?.emailAddress ?? null;
}

function unknownSender(field: string, id: string, serviceId: string): AppError {
  return invalid(`${field} ${id} does not exist in database for service id ${serviceId}`);
}

function invalid(message: string): AppError {
  return new AppError('REQUEST_INVALID', message);
}
