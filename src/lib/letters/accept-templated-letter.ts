import type { ApiKey } from '../api-keys/api-key.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { AcceptedMessage } from '../notifications/accepted-message.ts';
import {
  assertMaySend,
  assertNoFiles,
  renderComplete,
  requireUsableTemplate,
  type AcceptStepDeps,
} from '../notifications/accept-steps.ts';
import type { NotificationWriter } from '../notifications/notification-writer.ts';
import { persistNotification } from '../notifications/persist-notification.ts';
import type { Service } from '../services/service.ts';
import { letterPartsOf } from '../templates/letter-parts.ts';
import type { Template } from '../templates/template.ts';
import { assertLettersAllowed, readLetterRecipient } from './accept-letter-steps.ts';
import { withNewReference } from './letter-reference.ts';

export interface TemplatedLetterInput {
  readonly service: Service;
  readonly apiKey: ApiKey;
  readonly templateId: string;
  /** The address, too, as `address_line_1` and so on. */
  readonly personalisation: JsonObject;
  readonly clientReference: string | null;
  readonly requestId: string | null;
  /** What to keep under the request's idempotency key; null without one. */
  readonly idempotentAnswer: ((accepted: AcceptedLetter) => AcceptedMessage['idempotentAnswer']) | null;
}

/** What a POST answers with. */
export interface AcceptedLetter {
  readonly id: string;
  readonly template: Template;
  readonly body: string;
  readonly subject: string;
}

export interface AcceptLetterDeps extends AcceptStepDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly writer: NotificationWriter;
}

/**
 * Accepts a letter made from a template: the checks of the public API sheet §4.2 in their order, then the durable insert
 * with the job that makes its PDF. A test key's letter is as good as delivered, and its PDF is made all the same.
 *
 * @throws AppError REQUEST_INVALID, LETTER_REFUSED, VALIDATION_FAILED with the sheet's messages; SERVICE_UNAVAILABLE
 */
export async function acceptTemplatedLetter(
  deps: AcceptLetterDeps,
  input: TemplatedLetterInput,
): Promise<AcceptedLetter> {
  const { service, apiKey, personalisation } = input;
  const { keyType } = apiKey;
  assertMaySend(service, 'letter');
  const template = await requireUsableTemplate(deps, { ...input, notificationType: 'letter' });
  const parts = await letterPartsOf(deps, template);
  const rendered = renderComplete({ ...template, ...parts }, personalisation);
  assertNoFiles(personalisation);
  assertLettersAllowed({ service, keyType });
  const recipient = readLetterRecipient(personalisation, { service, templatePostage: template.postage });

  const accepted: AcceptedLetter = {
    id: deps.ids.uuid(),
    template,
    body: rendered.body,
    subject: rendered.subject ?? '',
  };
  const createdAt = deps.clock.now();
  await withNewReference((reference) =>
    persistNotification(deps, {
      notification: {
        id: accepted.id,
        serviceId: service.id,
        notificationType: 'letter',
        ...recipient,
        templateId: template.id,
        templateVersion: template.version,
        apiKeyId: apiKey.id,
        keyType,
        ...(keyType === 'test' ? { status: 'delivered', updatedAt: createdAt } : { status: 'created' }),
        reference,
        clientReference: input.clientReference,
        personalisation,
        replyToText: parts.contactBlock,
        createdById: null,
        createdAt,
        unsubscribeLink: null,
      },
      processType: template.processType,
      requestId: input.requestId,
      idempotentAnswer: input.idempotentAnswer?.(accepted) ?? null,
    }),
  );
  return accepted;
}
