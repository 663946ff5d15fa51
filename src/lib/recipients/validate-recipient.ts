import { isJsonObject, parseJson } from '../core/json.ts';
import type { JsonValue } from '../core/json.ts';
import type { AddressErrorCode } from './address-errors.ts';
import type { PostageZone } from './countries.ts';
import { normaliseEmailAddress, validateEmailAddress } from './email-address.ts';
import type { PhoneErrorCode } from './phone-errors.ts';
import { phoneErrorMessages } from './phone-errors.ts';
import { validatePhoneNumber, validatePhoneNumberForApi } from './phone-number.ts';
import { humanPhoneNumber } from './phone-parser.ts';
import { csvAddressError, validatePostalAddress } from './postal-address.ts';
import { stripRecipient } from './whitespace.ts';

export type RecipientType = 'sms' | 'email' | 'letter';

export interface RecipientOptions {
  readonly type: RecipientType;
  /** Permission for international text messages or letters. */
  readonly international: boolean;
  /** Permission for text messages to UK landlines. */
  readonly landlines: boolean;
}

/** What is printed for one recipient (templating sheet §11.1); keys that do not apply are left out. */
export interface RecipientReport {
  ok: boolean;
  normalised?: string;
  international?: boolean;
  country_prefix?: string;
  rate_multiplier?: number;
  postage?: 'europe' | 'rest-of-world' | null;
  crown_dependency?: boolean;
  human?: string;
  cleaned?: string;
  postcode?: string | null;
  country?: string;
  zone?: PostageZone;
  /** A number where it is one exactly, digits beyond that. */
  bfpo_number?: number | string | null;
  /** What v2 would say. */
  error?: string;
  code?: PhoneErrorCode | AddressErrorCode;
  /** What the CSV check would say; null when it accepts. */
  csv_error?: string | null;
}

export interface RecipientLine {
  /** False when the line is not JSON or has no recipient, so that there was nothing to check. */
  readonly processed: boolean;
  readonly report: RecipientReport;
}

/** Checks one line of `notify recipients validate --jsonl`: a JSON object with the text `recipient`. Never throws. */
export function validateRecipientLine(line: string, options: RecipientOptions): RecipientLine {
  const recipient = recipientOf(line);
  return 'error' in recipient
    ? { processed: false, report: { ok: false, error: recipient.error } }
    : { processed: true, report: validateRecipient(recipient.text, options) };
}

function recipientOf(line: string): { text: string } | { error: string } {
  let value: JsonValue;
  try {
    value = parseJson(line);
  } catch {
    return { error: 'Line is not valid JSON' };
  }
  if (!isJsonObject(value)) return { error: 'Line is not a JSON object' };
  if (!Object.hasOwn(value, 'recipient')) return { error: 'recipient is a required property' };
  const text = value['recipient'];
  return typeof text === 'string' ? { text } : { error: 'recipient is not of type string' };
}

/** Both verdicts about a recipient, that of v2 and that of the CSV check (templating sheet §11.1). */
export function validateRecipient(recipient: string, options: RecipientOptions): RecipientReport {
  switch (options.type) {
    case 'sms':
      return reportPhoneNumber(recipient, options);
    case 'email':
      return reportEmailAddress(recipient);
    case 'letter':
      return reportPostalAddress(recipient, options);
  }
}

function reportPhoneNumber(recipient: string, permissions: RecipientOptions): RecipientReport {
  // A CSV cell is cleaned before it is checked, v2's field is not: the verdicts differ for a few numbers.
  const cell = stripRecipient(recipient);
  const inCsv = validatePhoneNumber(cell, permissions);
  const csv_error = cell === '' ? 'Missing' : inCsv.ok ? null : phoneErrorMessages[inCsv.code].csv;
  const result = validatePhoneNumberForApi(recipient, permissions);
  if (!result.ok) return { ok: false, error: result.message, code: result.code, csv_error };
  const { phone } = result;
  return {
    ok: true,
    normalised: phone.normalised,
    international: phone.international,
    country_prefix: phone.countryPrefix,
    rate_multiplier: phone.rateMultiplier,
    crown_dependency: phone.crownDependency,
    human: humanPhoneNumber(phone.normalised),
    csv_error,
  };
}

function reportEmailAddress(recipient: string): RecipientReport {
  const result = validateEmailAddress(recipient);
  if (result.ok)
    return { ok: true, normalised: normaliseEmailAddress(result.address), cleaned: result.address, csv_error: null };
  const csv_error = stripRecipient(recipient) === '' ? 'Missing' : result.message;
  return { ok: false, error: result.message, csv_error };
}

function reportPostalAddress(recipient: string, permissions: RecipientOptions): RecipientReport {
  const result = validatePostalAddress(recipient, permissions);
  const { normalised, international, postcode, country, zone, bfpoNumber } = result.address;
  const bfpo = bfpoNumber !== null && Number.isSafeInteger(Number(bfpoNumber)) ? Number(bfpoNumber) : bfpoNumber;
  const facts = { normalised, international, postcode, country, zone, bfpo_number: bfpo };
  const csv_error = csvAddressError(result.address, permissions);
  return result.ok
    ? { ok: true, ...facts, postage: result.postage, csv_error }
    : { ok: false, ...facts, error: result.message, code: result.code, csv_error };
}
