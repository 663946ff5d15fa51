import { AppError, isAppError } from '../core/errors.ts';
import {
  assertMember,
  renderUsable,
  type SendByUserDeps,
  type SendByUserInput,
} from '../notifications/send-by-user.ts';
import { persistNotification } from '../notifications/persist-notification.ts';
import { letterPartsOf } from '../templates/letter-parts.ts';
import { assertLettersAllowed, readLetterRecipient, type LetterRecipient } from './accept-letter-steps.ts';
import { withNewReference } from './letter-reference.ts';

/**
 * Accepts one letter that a member of a service sends by hand, in the order and the words of the admin API sheet (§4.10).
 * Its address is in the personalisation, where `reference` is the caller's own reference.
 *
 * @throws AppError LIMIT_EXCEEDED, LETTER_REFUSED in trial mode, REQUEST_INVALID; NOT_FOUND for an unknown user;
 *   SERVICE_UNAVAILABLE
 */
export async function sendLetterByUser(deps: SendByUserDeps, input: SendByUserInput): Promise<{ id: string }> {
  const { service, template, personalisation, createdById } = input;
  await deps.limits.assertWithinDailyLimit({ service, keyType: 'normal', counted: 'letter' });
  assertLettersAllowed({ service, keyType: 'normal' });
  const parts = await letterPartsOf(deps, template);
  renderUsable(service, { ...template, ...parts }, personalisation);
  const recipient = readAddress(input);
  await assertMember(deps, { service, userId: createdById });
  const id = deps.ids.uuid();
  const { reference: ownReference } = personalisation;
  await withNewReference((reference) =>
    persistNotification(deps, {
      notification: {
        id,
        serviceId: service.id,
        notificationType: 'letter',
        ...recipient,
        templateId: template.id,
        templateVersion: template.version,
        apiKeyId: null,
        keyType: 'normal',
        status: 'created',
        reference,
        clientReference: typeof ownReference === 'string' ? ownReference : null,
        personalisation,
        replyToText: parts.contactBlock,
        createdById,
        createdAt: deps.clock.now(),
        unsubscribeLink: null,
      },
      processType: template.processType,
      requestId: input.requestId,
    }),
  );
  return { id };
}

function readAddress({ personalisation, service, template }: SendByUserInput): LetterRecipient {
  try {
    return readLetterRecipient(personalisation, { service, templatePostage: template.postage });
  } catch (error) {
    if (!isAppError(error, 'VALIDATION_FAILED')) throw error;
    throw new AppError('REQUEST_INVALID', error.message, { cause: error });
  }
}
