import type { ApiKey } from '../api-keys/api-key.ts';
import { AppError, fieldError, isAppError, type ErrorCode } from '../core/errors.ts';
import { parseUuid } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { isSimulatedRecipient } from '../recipients/recipient-comparison.ts';
import type { Service } from '../services/service.ts';
import type { Template } from '../templates/template.ts';
import type { AcceptDeps } from './accept-notification.ts';
import {
  assertNotTooLong,
  assertWithinInternationalLimit,
  plurals,
  renderComplete,
  requireUsableTemplate,
  resolveSender,
} from './accept-steps.ts';
import { assertRecipientAllowed, readRecipient, type RecipientColumns } from './notification-recipient.ts';
import { persistNotification } from './persist-notification.ts';

export interface V1AcceptInput {
  readonly service: Service;
  readonly apiKey: ApiKey;
  readonly notificationType: 'sms' | 'email';
  /** A number or an address that exists, whether or not the service may send to it. */
  readonly to: string;
  /** As sent. */
  readonly templateId: string;
  readonly personalisation: JsonObject;
  readonly requestId: string | null;
  /** Scheme and host of the request, for links in the message. */
  readonly baseUrl?: string;
}

/** What a POST of version 1 answers with. */
export interface V1AcceptedNotification {
  readonly id: string;
  readonly template: Template;
  readonly body: string;
  readonly subject: string | null;
  /** True for the recipients that are accepted and never stored. */
  readonly simulated: boolean;
}

/**
 * Accepts a text message or an email as version 1 of the API does: the checks of `acceptNotification` in an order of its
 * own, and limits only after the fields (public API sheet §15). When it resolves, the message will be sent whatever
 * happens.
 *
 * @throws AppError TOO_MANY_REQUESTS, LIMIT_EXCEEDED, NOT_FOUND, REQUEST_INVALID, RECIPIENT_INVALID, SERVICE_UNAVAILABLE;
 *   what is wrong with the recipient, or with the service's permissions, comes by field
 */
export async function acceptV1Notification(deps: AcceptDeps, input: V1AcceptInput): Promise<V1AcceptedNotification> {
  const { service, apiKey, notificationType, to, personalisation } = input;
  const { keyType } = apiKey;
  await deps.limits.assertWithinLimits({ service, keyType, notificationType });
  const template = await requireUsableTemplate(deps, { ...input, templateId: readTemplateId(input.templateId) });
  const rendered = renderComplete(template, personalisation);
  assertNotTooLong(rendered);
  await assertRecipientAllowed(deps, { service, keyType, to }).catch(inField('REQUEST_INVALID', 'to'));
  if (!service.permissions.includes(notificationType)) {
    throw fieldError('REQUEST_INVALID', { service: [`Cannot send ${plurals[notificationType]}`] });
  }
  const recipient = readV1Recipient(input);
  await assertWithinInternationalLimit(deps, { service, keyType, notificationType, recipient });

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
        apiKeyId: apiKey.id,
        keyType,
        status: 'created',
        clientReference: null,
        personalisation,
        replyToText: await resolveSender(deps, { service, senderId: null, notificationType }),
        createdById: null,
        createdAt: deps.clock.now(),
        unsubscribeLink: null,
      },
      processType: template.processType,
      requestId: input.requestId,
      ...(template.hasUnsubscribeLink && input.baseUrl !== undefined && { baseUrl: input.baseUrl }),
      queueFirst: keyType === 'normal' && deps.isQueueFirst(service.id),
    });
  }
  return { id, template, body: rendered.body, subject: rendered.subject, simulated };
}

/** Version 1 asks for the template before it looks at the id: one that is none cannot be found. */
function readTemplateId(templateId: string): string {
  const id = parseUuid(templateId);
  if (id === null) throw new AppError('NOT_FOUND', 'No result found');
  return id;
}

/** A country without the permission is a message of its own; everything else about a number is about the field `to`. */
function readV1Recipient({ to, notificationType, service }: V1AcceptInput): RecipientColumns {
  try {
    return readRecipient(to, notificationType, service);
  } catch (error) {
    if (isAppError(error, 'RECIPIENT_INVALID')) {
      throw fieldError('RECIPIENT_INVALID', { to: [`Invalid phone number: ${error.message}`] }, error);
    }
    throw error;
  }
}

/** Rethrows an error of this code as one about a field. */
function inField(code: ErrorCode, field: string): (error: unknown) => never {
  return (error) => {
    throw isAppError(error, code) ? fieldError(code, { [field]: [error.message] }, error) : error;
  };
}
