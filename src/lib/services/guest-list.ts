import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { validateEmailAddress } from '../recipients/email-address.ts';
import { validatePhoneNumber } from '../recipients/phone-number.ts';
import type { GuestListEntry } from './service-repository.ts';

/**
 * Turns phone numbers and email addresses into guest-list entries.
 *
 * @throws AppError USAGE_INVALID naming the entry that is neither
 */
export function toGuestList(recipients: readonly string[], ids: Ids): GuestListEntry[] {
  return recipients.map((recipient) => {
    const text = recipient.trim();
    const isEmail = text.includes('@');
    const valid = isEmail
      ? validateEmailAddress(text).ok
      : validatePhoneNumber(text, { international: true, landlines: true }).ok;
    if (!valid) {
      throw new AppError(
        'USAGE_INVALID',
        `'${recipient}' cannot be on a guest list: expected a phone number or an email address`,
      );
    }
    return { id: ids.uuid(), recipientType: isEmail ? 'email' : 'mobile', recipient: text };
  });
}
