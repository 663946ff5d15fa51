import type { KeyType } from '../api-keys/api-key.ts';
import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Notification } from '../notifications/notification.ts';
import { addressFromPersonalisation, validatePostalAddress } from '../recipients/postal-address.ts';
import type { Service } from '../services/service.ts';
import { defaultPostage, isInternationalPostage, isPostage, type Postage } from './postage.ts';

/** The checks that both ways of sending a letter make (public API sheet §4.2), and what both store. */

/** @throws AppError LETTER_REFUSED for a team key; for a service in trial mode, unless the key is a test key */
export function assertLettersAllowed({ service, keyType }: { service: Service; keyType: KeyType }): void {
  if (keyType === 'team') throw new AppError('LETTER_REFUSED', 'Cannot send letters with a team api key');
  if (service.restricted && keyType !== 'test')
    throw new AppError('LETTER_REFUSED', 'Cannot send letters when service is in trial mode');
}

/** What is stored of a letter's address and postage. */
export type LetterRecipient = Pick<
  Notification,
  'to' | 'normalisedTo' | 'international' | 'phonePrefix' | 'rateMultiplier'
> & { readonly postage: Postage };

/**
 * Reads the address of a letter out of its personalisation. A foreign one decides the postage, else the template does.
 *
 * @throws AppError VALIDATION_FAILED with the first problem of the address
 */
export function readLetterRecipient(
  personalisation: JsonObject,
  { service, templatePostage }: { service: Service; templatePostage: string | null },
): LetterRecipient {
  const permissions = { international: service.permissions.includes('international_letters') };
  const result = validatePostalAddress(addressFromPersonalisation(personalisation), permissions);
  if (!result.ok) throw new AppError('VALIDATION_FAILED', result.message);
  return letterRecipient(result.address.normalised, result.postage ?? postageOf(templatePostage));
}

export function letterRecipient(to: string, postage: Postage): LetterRecipient {
  return {
    to,
    normalisedTo: to.replace(/\s/g, '').toLowerCase(),
    international: isInternationalPostage(postage),
    phonePrefix: null,
    rateMultiplier: null,
    postage,
  };
}

function postageOf(text: string | null): Postage {
  return text !== null && isPostage(text) ? text : defaultPostage;
}
