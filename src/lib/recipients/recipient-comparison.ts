import { normaliseEmailAddress, validateEmailAddress } from './email-address.ts';
import { phoneDigits } from './phone-number.ts';

const simulatedRecipients: ReadonlySet<string> = new Set([
  '447700900000',
  '447700900111',
  '447700900222',
  'simulate-delivered@notifications.service.gov.uk',
  'simulate-delivered-2@notifications.service.gov.uk',
  'simulate-delivered-3@notifications.service.gov.uk',
]);

/**
 * The form in which recipients are compared with team members and the guest list: digits with country code for a number
 * from anywhere, lower case for a valid e-mail address, anything else as it is (templating sheet §7, "Guest-list
 * comparison"). What is no text compares like an empty string.
 */
export function comparableRecipient(recipient: unknown): string {
  if (typeof recipient !== 'string') return '';
  // No number has an @, and no address is without one: it saves asking the numbering plans about each address.
  if (!recipient.includes('@')) return phoneDigits(recipient) ?? recipient;
  const email = validateEmailAddress(recipient);
  return email.ok ? normaliseEmailAddress(email.address) : recipient;
}

/** True when a recipient is among the allowed ones, both sides in their comparable form (public API sheet §5). */
export function isAmongRecipients(recipient: unknown, allowed: Iterable<unknown>): boolean {
  const wanted = comparableRecipient(recipient);
  for (const other of allowed) if (comparableRecipient(other) === wanted) return true;
  return false;
}

/**
 * True for the recipients that are accepted but never stored or sent to (public API sheet §5, delivery sheet §8.1).
 *
 * @param normalised digits with country code, or a normalised e-mail address
 */
export function isSimulatedRecipient(normalised: string): boolean {
  return simulatedRecipients.has(normalised);
}
