import { AppError } from '../core/errors.ts';
import { emailAddressErrorMessage, validateEmailAddress } from '../recipients/email-address.ts';
import { validatePhoneNumberForApi } from '../recipients/phone-number.ts';
import { stripRecipient } from '../recipients/whitespace.ts';
import type { AuthType } from './user.ts';

/** What people type of a user. */
export interface UserFields {
  readonly name?: string;
  readonly emailAddress?: string;
  readonly mobileNumber?: string | null;
}

/**
 * The fields as they are stored: without blanks around them, and only those that were given.
 *
 * @throws AppError VALIDATION_FAILED by field, with the words of the admin API sheet (§4.4)
 */
export function readUserFields<Fields extends UserFields>(fields: Fields): Fields {
  const { name, emailAddress, mobileNumber } = fields;
  assertField('name', name, (text) => (text.trim() === '' || text.length > 255 ? 'Invalid name' : null));
  assertField('email_address', emailAddress, describeEmail);
  assertField('mobile_number', mobileNumber, describeNumber);
  return {
    ...fields,
    ...(name !== undefined && { name: name.trim() }),
    ...(emailAddress !== undefined && { emailAddress: stripRecipient(emailAddress) }),
    ...(typeof mobileNumber === 'string' && { mobileNumber: stripRecipient(mobileNumber) }),
  };
}

/** @throws AppError REQUEST_INVALID for somebody who would be sent codes without a number to send them to */
export function assertCanSignIn({ authType, mobileNumber }: { authType: AuthType; mobileNumber: string | null }): void {
  if (authType !== 'sms_auth' || mobileNumber !== null) return;
  throw new AppError('REQUEST_INVALID', 'Mobile number must be set if auth_type is set to sms_auth');
}

/** What is said of an address that is somebody else's. */
export function takenAddress(emailAddress: string, cause?: unknown): AppError {
  return new AppError('CONFLICT', `Another user has the email address '${emailAddress}'`, { cause });
}

function describeEmail(text: string): string | null {
  const email = validateEmailAddress(text);
  return email.ok && email.address.length <= 255 ? null : emailAddressErrorMessage;
}

function describeNumber(text: string): string | null {
  const result = validatePhoneNumberForApi(stripRecipient(text), { international: true, landlines: false });
  return result.ok ? null : `Invalid phone number: ${result.message}`;
}

function assertField(field: string, value: string | null | undefined, describe: (text: string) => string | null): void {
  const problem = typeof value === 'string' ? describe(value) : null;
  if (problem === null) return;
  const message = `${field} '${value!}': ${problem}`;
  throw new AppError('VALIDATION_FAILED', message, {
    details: { messages: [message], fields: { [field]: [problem] } },
  });
}
