import type { PhoneErrorCode } from './phone-errors.ts';
import { validatePhoneNumber } from './phone-number.ts';
import { stripRecipient } from './whitespace.ts';

const emergencyNumbers: ReadonlySet<string> = new Set(['999', '112']);

/**
 * Checks the number that a service prints for its users to call: any number that could be sent to, or three digits as in
 * `101`, but not an emergency number (templating sheet §7).
 */
export function validateContactNumber(
  input: string,
): { ok: true; normalised: string } | { ok: false; code: PhoneErrorCode } {
  const number = stripRecipient(input);
  if (emergencyNumbers.has(number)) return { ok: false, code: 'UNSUPPORTED_EMERGENCY_NUMBER' };
  if (/^[0-9]{3}$/.test(number)) return { ok: true, normalised: number };
  const result = validatePhoneNumber(number, { international: true, landlines: true });
  return result.ok ? { ok: true, normalised: result.phone.normalised } : result;
}
