import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { emailAddressErrorMessage, validateEmailAddress } from '../recipients/email-address.ts';
import { phoneDigits } from '../recipients/phone-number.ts';
import { insertUser, lockUser, updateUser } from './user-repository.ts';

export interface SaveUserInput {
  id: string;
  name: string;
  emailAddress: string;
  mobileNumber: string | null;
}

/**
 * Makes a user with this id and these details, active but without a password; or changes the one there is.
 *
 * @throws AppError VALIDATION_FAILED for a wrong address or number (admin API sheet §4.4); CONFLICT for an address that
 *   another user has
 */
export async function saveUser(
  { db, clock }: { db: Database; clock: Clock },
  input: SaveUserInput,
): Promise<'created' | 'changed' | 'unchanged'> {
  const email = validateEmailAddress(input.emailAddress);
  if (!email.ok || email.address.length > 255)
    throw new AppError('VALIDATION_FAILED', `email_address: ${emailAddressErrorMessage}`);
  const { mobileNumber } = input;
  if (mobileNumber !== null && phoneDigits(mobileNumber) === null)
    throw new AppError('VALIDATION_FAILED', `mobile_number: '${mobileNumber}' is not a phone number`);
  const user = { id: input.id, name: input.name.trim(), emailAddress: email.address, mobileNumber };
  try {
    return await db.transaction(async (tx) => {
      const existing = await lockUser(tx, user.id);
      if (existing === null) {
        await insertUser(tx, { ...user, passwordHash: '!' }, clock.now());
        return 'created';
      }
      const isSame = (['name', 'emailAddress', 'mobileNumber'] as const).every(
        (field) => existing[field] === user[field],
      );
      if (isSame) return 'unchanged';
      await updateUser(tx, user, clock.now());
      return 'changed';
    });
  } catch (error) {
    if (violatedConstraint(error) === null) throw error;
    throw new AppError('CONFLICT', `Another user has the email address '${user.emailAddress}'`, { cause: error });
  }
}
