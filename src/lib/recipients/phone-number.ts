import { internationalRate, prefixHasDeliveryReports, ratePrefix } from './international-rates.ts';
import type { PhoneErrorCode } from './phone-errors.ts';
import { internationalNotAllowedMessage, phoneErrorMessages } from './phone-errors.ts';
import { parsePhone } from './phone-parser.ts';
import type { ParsedPhone } from './phone-parser.ts';
import { stripRecipient } from './whitespace.ts';

/** A number that can be sent to, with everything that a notification row stores about it. */
export interface PhoneNumber {
  /** E.164 digits without `+`: `447700900123`. */
  readonly normalised: string;
  /** Country code 44, crown dependencies included: they need no international permission and no international limit. */
  readonly isUk: boolean;
  /** Not in Great Britain or Northern Ireland: true for crown dependencies, false for numbers for drama. */
  readonly international: boolean;
  /** Jersey, Guernsey or Isle of Man, but not a number for drama. */
  readonly crownDependency: boolean;
  /** Fixed line or UAN. */
  readonly landline: boolean;
  /** Stored `phone_prefix`: country code, or four digits inside +1; `44` for the UK and the crown dependencies. */
  readonly countryPrefix: string;
  /** Fragments charged for each fragment sent; 1 when not international. */
  readonly rateMultiplier: number;
  /** False where the sender must be a number. */
  readonly smsAlphaSender: boolean;
  /** False where receipts are ignored and the message stays `sent` (delivery sheet §7, rule 3). */
  readonly hasDeliveryReports: boolean;
}

/** What the service may send to. */
export interface PhonePermissions {
  /** Permission `international_sms`. */
  readonly international: boolean;
  /** Permission `sms_to_uk_landlines`. */
  readonly landlines: boolean;
}

export type PhoneResult = { ok: true; phone: PhoneNumber } | { ok: false; code: PhoneErrorCode };

/** Why v2 refuses a number: `schema` answers come before all other checks, with `phone_number ` in front. */
export interface ApiPhoneError {
  readonly code: PhoneErrorCode;
  readonly stage: 'schema' | 'permission';
  readonly message: string;
}

export type ApiPhoneResult = { ok: true; phone: PhoneNumber } | ({ ok: false } & ApiPhoneError);

const crownDependencies: ReadonlySet<string | null> = new Set(['JE', 'GG', 'IM']);

/**
 * Reads a number and checks it against the permissions of a service (templating sheet §7).
 *
 * The text is taken as it comes: CSV cells and stored recipients are stripped by their reader, v2 does not strip.
 */
export function validatePhoneNumber(input: string, permissions: PhonePermissions): PhoneResult {
  const parsed = parsePhone(input);
  if (!parsed.ok) return parsed;
  const code = permissionError(parsed.phone, permissions);
  return code === null ? { ok: true, phone: describe(parsed.phone) } : { ok: false, code };
}

/**
 * The two checks of `POST /v2/notifications/sms` in their order: the format with every permission granted, then the
 * permissions of the service (templating sheet §7 and §11.1; public API sheet §3 and §4.2, step 18).
 */
export function validatePhoneNumberForApi(input: string, permissions: PhonePermissions): ApiPhoneResult {
  const parsed = parsePhone(input);
  const formatCode = parsed.ok ? permissionError(parsed.phone, { international: true, landlines: true }) : parsed.code;
  if (!parsed.ok || formatCode !== null) {
    const code = formatCode ?? 'INVALID_NUMBER';
    return { ok: false, stage: 'schema', code, message: phoneErrorMessages[code].api };
  }
  const phone = describe(parsed.phone);
  const code = permissionError(parsed.phone, permissions);
  if (code === null) return { ok: true, phone };
  const abroad = code === 'NOT_A_UK_MOBILE' && phone.international && !phone.crownDependency;
  const message = abroad ? internationalNotAllowedMessage : phoneErrorMessages[code].api;
  return { ok: false, stage: 'permission', code, message };
}

/** Checks a, b and c of templating sheet §7, in that order. */
function permissionError(phone: ParsedPhone, permissions: PhonePermissions): PhoneErrorCode | null {
  const uk = phone.countryCode === '44';
  if (!uk && !permissions.international) return 'NOT_A_UK_MOBILE';
  if (uk && phone.landline && !permissions.landlines) return 'NOT_A_UK_MOBILE';
  return internationalRate(phone.countryCode) === null ? 'UNSUPPORTED_COUNTRY_CODE' : null;
}

function describe(phone: ParsedPhone): PhoneNumber {
  const isUk = phone.countryCode === '44';
  const international = phone.region !== 'GB' && !phone.television;
  const countryPrefix = ratePrefix(phone.normalised, phone.countryCode);
  const rate = internationalRate(countryPrefix);
  return {
    normalised: phone.normalised,
    isUk,
    international,
    crownDependency: isUk && international && crownDependencies.has(phone.region),
    landline: phone.landline,
    countryPrefix,
    rateMultiplier: international ? (rate?.rateMultiplier ?? 1) : 1,
    smsAlphaSender: rate?.smsAlphaSender ?? true,
    hasDeliveryReports: prefixHasDeliveryReports(countryPrefix),
  };
}

/**
 * The digits with country code of anything that is a number anywhere, whatever a service may send to; null otherwise.
 * Used where recipients are compared, not where they are accepted. Digits of a number abroad need a `+` in front to be
 * read again: without it some are read as British ones.
 */
export function phoneDigits(input: string): string | null {
  const parsed = parsePhone(input);
  return parsed.ok ? parsed.phone.normalised : null;
}

/**
 * A text message sender as the API shows it and providers get it: `07123123123` → `447123123123`; names, short codes and
 * everything else that is no UK mobile number stay as they are (public API sheet §4.3).
 */
export function normaliseSmsSender(sender: string): string {
  const result = validatePhoneNumber(stripRecipient(sender), { international: false, landlines: false });
  return result.ok ? result.phone.normalised : sender;
}
