import type { ApiKey } from '../api-keys/api-key.ts';
import { linkBaseUrls } from '../config/link-base-urls.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { keepIdempotentAnswers } from '../idempotency/end-idempotent-request.ts';
import type { IdempotentAnswer } from '../idempotency/idempotency-key.ts';
import { attachFiles, readFileUploads, type AttachedFiles, type AttachFilesDeps } from '../documents/attach-files.ts';
import type { Limits } from '../limits/limits.ts';
import { isSimulatedRecipient } from '../recipients/recipient-comparison.ts';
import type { Service } from '../services/service.ts';
import { sanitisePersonalisation, type SanitisedPersonalisation } from '../templates/sanitise-personalisation.ts';
import { renderTemplate } from '../templates/render-template.ts';
import type { Template } from '../templates/template.ts';
import {
  assertMaySend,
  assertNoFiles,
  assertNotTooLong,
  assertWithinInternationalLimit,
  renderComplete,
  requireUsableTemplate,
  resolveSender,
  type AcceptStepDeps,
} from './accept-steps.ts';
import { assertRecipientAllowed, readRecipient } from './notification-recipient.ts';
import type { NotificationWriter } from './notification-writer.ts';
import { persistNotification } from './persist-notification.ts';

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
  /** Scheme and host of the request, for links in the message. */
  readonly baseUrl?: string;
  /** What to keep under the request's idempotency key; null without one. */
  readonly idempotentAnswer: ((accepted: AcceptedNotification) => IdempotentAnswer) | null;
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

export interface AcceptDeps extends AcceptStepDeps, AttachFilesDeps {
  readonly config: Pick<Config, 'publicUrl' | 'adminUrl' | 'host' | 'port'>;
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secretBox: SecretBox;
  readonly limits: Limits;
  readonly writer: NotificationWriter;
  /** Whether messages of this service are only queued (delivery sheet §1.5). */
  readonly isQueueFirst: (serviceId: string) => boolean;
}

/**
 * Accepts a text message or an email: the checks of the public API sheet §4.2 in their order, then the durable insert
 * with its delivery job. When it resolves, the message will be sent whatever happens.
 *
 * @throws AppError REQUEST_INVALID, RECIPIENT_INVALID, LIMIT_EXCEEDED with the sheet's messages; SERVICE_UNAVAILABLE
 */
export async function acceptNotification(deps: AcceptDeps, input: AcceptInput): Promise<AcceptedNotification> {
  const { service, apiKey, notificationType } = input;
  const keyType = apiKey?.keyType ?? 'normal';
  assertMaySend(service, notificationType);
  const { personalisation, changes } = sanitisePersonalisation(input.personalisation, input.sanitiseContentFor);
  const template = await requireUsableTemplate(deps, input);
  const checked = renderComplete(template, personalisation);
  if (notificationType === 'sms') assertNoFiles(personalisation);
  const replyToText = await resolveSender(deps, input);
  await assertRecipientAllowed(deps, { service, keyType, to: input.to });
  const recipient = readRecipient(input.to, notificationType, service);
  await assertWithinInternationalLimit(deps, { service, keyType, notificationType, recipient });
  const simulated = isSimulatedRecipient(recipient.normalisedTo);
  const files = await attachFilesOf(deps, input, { personalisation, recipient: recipient.normalisedTo, simulated });
  // What an email says, and how long it is, is known only when the links to its files are.
  const complete = files.count === null ? personalisation : { ...personalisation, ...files.personalisation };
  const rendered = files.count === null ? checked : renderTemplate(template, complete);
  assertNotTooLong(rendered);

  const accepted: AcceptedNotification = {
    id: deps.ids.uuid(),
    template,
    body: rendered.body,
    subject: rendered.subject,
    replyToText,
    sanitisedContent: changes,
    simulated,
  };
  const idempotentAnswer = input.idempotentAnswer?.(accepted) ?? null;
  if (accepted.simulated) {
    if (idempotentAnswer !== null) await keepIdempotentAnswers(deps, deps.db, [idempotentAnswer]);
    return accepted;
  }
  await persistNotification(deps, {
    notification: {
      id: accepted.id,
      serviceId: service.id,
      notificationType,
      ...recipient,
      templateId: template.id,
      templateVersion: template.version,
      apiKeyId: apiKey?.id ?? null,
      keyType,
      status: 'created',
      clientReference: input.clientReference,
      personalisation: complete,
      replyToText,
      createdById: input.createdById,
      createdAt: deps.clock.now(),
      unsubscribeLink: input.unsubscribeUrl,
      documentDownloadCount: files.count,
    },
    processType: template.processType,
    requestId: input.requestId,
    ...(template.hasUnsubscribeLink && input.baseUrl !== undefined && { baseUrl: input.baseUrl }),
    idempotentAnswer,
    queueFirst: keyType === 'normal' && apiKey !== null && deps.isQueueFirst(service.id),
  });
  return accepted;
}

async function attachFilesOf(
  deps: AcceptDeps,
  { notificationType, service, baseUrl }: AcceptInput,
  { personalisation, recipient, simulated }: { personalisation: JsonObject; recipient: string; simulated: boolean },
): Promise<AttachedFiles> {
  if (notificationType === 'sms') return { personalisation: {}, count: null };
  const uploads = readFileUploads(personalisation);
  const { api } = linkBaseUrls(deps.config, baseUrl ?? null);
  return attachFiles(deps, { service, uploads, recipient, simulated, baseUrl: api });
}
