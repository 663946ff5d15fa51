import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { validateEmailAddress } from '../recipients/email-address.ts';
import { validatePhoneNumber } from '../recipients/phone-number.ts';
import type { GuestListEntry } from './service-repository.ts';

const longestRecipient = 255;

/**
 * Turns phone numbers and email addresses into guest-list entries (admin API sheet §4.3). How many there are is not
 * limited.
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
    if (!valid || text.length > longestRecipient) {
      throw new AppError(
        'USAGE_INVALID',
        `Invalid guest list: "${recipient}" is not a valid email address or phone number`,
      );
    }
    return { id: ids.uuid(), recipientType: isEmail ? 'email' : 'mobile', recipient: text };
  });
}
