import { AppError, isAppError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Ids } from '../core/ids.ts';
import type { Clock } from '../core/clock.ts';
import type { Queryable } from '../db/database.ts';
import type { Limits } from '../limits/limits.ts';
import { internationalNotAllowedMessage, phoneErrorMessages } from '../recipients/phone-errors.ts';
import { emailAddressErrorMessage, validateEmailAddress } from '../recipients/email-address.ts';
import { validatePhoneNumber, validatePhoneNumberForApi } from '../recipients/phone-number.ts';
import { isAmongRecipients } from '../recipients/recipient-comparison.ts';
import { stripRecipient } from '../recipients/whitespace.ts';
import { listTeamRecipients } from '../services/find-service.ts';
import type { Service } from '../services/service.ts';
import type { Template } from '../templates/template.ts';
import { requireMembership } from '../users/find-membership.ts';
import { requireUser } from '../users/show-user.ts';
import {
  assertMaySend,
  assertNoFiles,
  assertNotTooLong,
  assertWithinInternationalLimit,
  renderComplete,
  resolveSender,
  type AcceptStepDeps,
} from './accept-steps.ts';
import { readRecipient, trialModeMessage, type RecipientColumns } from './notification-recipient.ts';
import type { NotificationWriter } from './notification-writer.ts';
import { persistNotification } from './persist-notification.ts';

export interface SendByUserDeps extends AcceptStepDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly limits: Limits;
  readonly writer: NotificationWriter;
}

export interface SendByUserInput {
  readonly service: Service;
  /** Of the service; whether it may be used is checked. */
  readonly template: Template;
  readonly personalisation: JsonObject;
  readonly createdById: string;
  readonly requestId: string | null;
}

export interface MessageByUserInput extends SendByUserInput {
  readonly to: string;
  /** The chosen text message sender or reply-to address; null = the default one. */
  readonly senderId: string | null;
  /** Scheme and host of the request, for links in the message. */
  readonly baseUrl: string;
}

/**
 * Accepts one text message or email that a member of a service sends by hand, in the order and the words of the admin API
 * sheet (§4.10). In trial mode it reaches the team alone, not the guest list.
 *
 * @throws AppError LIMIT_EXCEEDED, REQUEST_INVALID; NOT_FOUND for an unknown user; SERVICE_UNAVAILABLE
 */
export async function sendMessageByUser(deps: SendByUserDeps, input: MessageByUserInput): Promise<{ id: string }> {
  const { service, template, personalisation, createdById } = input;
  const type = template.templateType === 'email' ? 'email' : 'sms';
  await deps.limits.assertWithinDailyLimit({ service, keyType: 'normal', counted: type });
  const recipient = await readAllowedRecipient(deps, { service, type, to: input.to });
  await assertWithinInternationalLimit(deps, { service, keyType: 'normal', notificationType: type, recipient });
  const rendered = renderUsable(service, template, personalisation);
  assertNotTooLong(rendered);
  await assertMember(deps, { service, userId: createdById });
  const replyToText = await resolveSender(deps, { service, senderId: input.senderId, notificationType: type }).catch(
    (error: unknown) => {
      if (!isAppError(error, 'REQUEST_INVALID')) throw error;
      throw invalid(type === 'sms' ? 'SMS sender not found' : 'Reply to email address not found', error);
    },
  );
  const id = deps.ids.uuid();
  await persistNotification(deps, {
    notification: {
      id,
      serviceId: service.id,
      notificationType: type,
      ...recipient,
      templateId: template.id,
      templateVersion: template.version,
      apiKeyId: null,
      keyType: 'normal',
      status: 'created',
      clientReference: null,
      personalisation,
      replyToText,
      createdById,
      createdAt: deps.clock.now(),
      unsubscribeLink: null,
    },
    processType: template.processType,
    requestId: input.requestId,
    ...(template.hasUnsubscribeLink && { baseUrl: input.baseUrl }),
  });
  return { id };
}

/** The text of a message without files that the service may send. @throws AppError REQUEST_INVALID */
export function renderUsable(
  service: Service,
  template: Template,
  personalisation: JsonObject,
): ReturnType<typeof renderComplete> {
  assertMaySend(service, template.templateType);
  if (template.archived) throw invalid('Template has been deleted');
  const rendered = renderComplete(template, personalisation);
  assertNoFiles(personalisation);
  return rendered;
}

/** @throws AppError REQUEST_INVALID for a user who is not on the team; NOT_FOUND for an unknown one */
export async function assertMember(
  { db }: { readonly db: Queryable },
  { service, userId }: { readonly service: Service; readonly userId: string },
): Promise<void> {
  const { isMember } = await requireMembership({ db }, { userId, serviceId: service.id });
  if (isMember) return;
  const { name } = await requireUser({ db }, userId);
  throw invalid(`Can’t create notification - ${name} is not part of the "${service.name}" service`);
}

async function readAllowedRecipient(
  { db }: { readonly db: Queryable },
  { service, type, to }: { service: Service; type: 'sms' | 'email'; to: string },
): Promise<RecipientColumns> {
  if (service.restricted && !isAmongRecipients(to, await listTeamRecipients({ db }, service.id))) {
    throw invalid(trialModeMessage);
  }
  const text = stripRecipient(to);
  if (type === 'sms') assertNumber(text, service);
  else if (!validateEmailAddress(text).ok) throw invalid(emailAddressErrorMessage);
  return readRecipient(text, type, service);
}

/** A number in the words of files and sites. */
function assertNumber(to: string, { permissions }: Service): void {
  const granted = {
    international: permissions.includes('international_sms'),
    landlines: permissions.includes('sms_to_uk_landlines'),
  };
  const result = validatePhoneNumber(to, granted);
  if (result.ok) return;
  const forApi = validatePhoneNumberForApi(to, granted);
  const isAbroad = !forApi.ok && forApi.message === internationalNotAllowedMessage;
  throw invalid(isAbroad ? internationalNotAllowedMessage : phoneErrorMessages[result.code].csv);
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('REQUEST_INVALID', message, { cause });
}
