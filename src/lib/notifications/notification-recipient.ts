import type { KeyType } from '../api-keys/api-key.ts';
import { AppError } from '../core/errors.ts';
import type { ServiceCache } from '../cache/service-cache.ts';
import type { Queryable } from '../db/database.ts';
import { normaliseEmailAddress, validateEmailAddress } from '../recipients/email-address.ts';
import { internationalNotAllowedMessage } from '../recipients/phone-errors.ts';
import { validatePhoneNumberForApi } from '../recipients/phone-number.ts';
import { isAmongRecipients } from '../recipients/recipient-comparison.ts';
import { stripRecipient } from '../recipients/whitespace.ts';
import { listKnownRecipients } from '../services/find-service.ts';
import type { Service } from '../services/service.ts';
import type { Notification } from './notification.ts';

export type RecipientColumns = Pick<Notification, 'to' | 'international' | 'phonePrefix' | 'rateMultiplier'> & {
  normalisedTo: string;
};

/** What is said of a stranger (public API sheet §5). */
export const trialModeMessage =
  'Can’t send to this recipient when service is in trial mode – see https://www.notifications.service.gov.uk/trial-mode';

/**
 * Validates a recipient against what the service may send to and gives the columns that store it.
 *
 * @throws AppError REQUEST_INVALID for a foreign number without the permission; RECIPIENT_INVALID for a number or
 *   VALIDATION_FAILED for an address that cannot exist
 */
export function readRecipient(to: string, type: 'sms' | 'email', { permissions }: Service): RecipientColumns {
  if (type === 'email') {
    const email = validateEmailAddress(to);
    if (!email.ok) throw invalidField('email_address', email.message);
    return {
      to: stripRecipient(to),
      normalisedTo: normaliseEmailAddress(email.address),
      international: false,
      phonePrefix: null,
      rateMultiplier: null,
    };
  }
  const result = validatePhoneNumberForApi(to, {
    international: permissions.includes('international_sms'),
    landlines: permissions.includes('sms_to_uk_landlines'),
  });
  if (!result.ok) {
    if (result.stage === 'schema') throw invalidField('phone_number', result.message);
    const code = result.message === internationalNotAllowedMessage ? 'REQUEST_INVALID' : 'RECIPIENT_INVALID';
    throw new AppError(code, result.message);
  }
  const { phone } = result;
  return {
    to: stripRecipient(to),
    normalisedTo: phone.normalised,
    international: phone.international,
    phonePrefix: phone.countryPrefix,
    rateMultiplier: phone.rateMultiplier,
  };
}

/**
 * Who may receive what (public API sheet §5): a team key reaches the team and the guest list, a service in trial mode
 * likewise; a test key reaches everybody, since nothing is sent.
 *
 * @throws AppError REQUEST_INVALID
 */
export async function assertRecipientAllowed(
  deps: { db: Queryable; cache: ServiceCache },
  { service, keyType, to }: { service: Service; keyType: KeyType; to: string },
): Promise<void> {
  if (keyType === 'test' || (keyType === 'normal' && !service.restricted)) return;
  if (isAmongRecipients(to, await listKnownRecipients(deps, service.id))) return;
  throw new AppError(
    'REQUEST_INVALID',
    keyType === 'team' ? 'Can’t send to this recipient using a team-only API key' : trialModeMessage,
  );
}

function invalidField(field: string, problem: string): AppError {
  const message = `${field} ${problem}`;
  return new AppError('VALIDATION_FAILED', message, { details: { messages: [message] } });
}
