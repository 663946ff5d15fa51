import { downgradeToAscii } from './ascii-downgrade.ts';
import type { PhoneErrorCode } from './phone-errors.ts';
import type { LibraryNumber, PhoneLibrary } from './phone-library.ts';
import { lengthCheck, numberFormat, numberType, phoneLibrary } from './phone-library.ts';
import { parseCommonUkMobile, parseDramaNumber } from './uk-mobile.ts';
import { whitespaceClass } from './whitespace.ts';

/** What the numbering plans say about a number, before any permission is looked at. */
export interface ParsedPhone {
  /** Digits with country code, without `+`. */
  readonly normalised: string;
  /** `44`, `1`, `353`. */
  readonly countryCode: string;
  /** ISO region (`GB`, `JE`), null where the plan tells none. */
  readonly region: string | null;
  /** Fixed line, fixed line or mobile, or UAN: the types that need the landline permission in the UK. */
  readonly landline: boolean;
  /** In Ofcom's range for drama (or any national number that looks like it, as in the reference). */
  readonly television: boolean;
}

export type PhoneParseResult = { ok: true; phone: ParsedPhone } | { ok: false; code: PhoneErrorCode };

const allowedCharacters = new RegExp(`^[0-9()+${whitespaceClass}-]*$`);
const acceptedTypes: ReadonlySet<number> = new Set([
  numberType.fixedLine,
  numberType.mobile,
  numberType.fixedLineOrMobile,
  numberType.uan,
  numberType.personal,
]);
const landlineTypes: ReadonlySet<number> = new Set([
  numberType.fixedLine,
  numberType.fixedLineOrMobile,
  numberType.uan,
]);
/** Lengths that pass for the second reading: the reference is more lenient there than in the first. */
const possibleSomewhere: ReadonlySet<number> = new Set([lengthCheck.possible, lengthCheck.localOnly]);
/** The library refuses longer text too, but only after work that grows with it. */
const longestNumber = 250;

/**
 * Reads text as a phone number: UK unless it says otherwise (templating sheet §7, steps 1 to 5). Ordinary UK mobile
 * numbers never reach the library, which takes a hundred times as long.
 */
export function parsePhone(input: string): PhoneParseResult {
  const ukMobile = parseCommonUkMobile(input);
  if (ukMobile !== null)
    return {
      ok: true,
      phone: { normalised: ukMobile, countryCode: '44', region: 'GB', landline: false, television: false },
    };
  const drama = parseDramaNumber(input);
  if (drama !== null)
    return {
      ok: true,
      phone: { normalised: drama, countryCode: '44', region: null, landline: false, television: true },
    };
  const library = phoneLibrary();
  const first = readNumber(library, input);
  if (first.ok) return first;
  // Step 5: people type `0+44…`, `000 44…` and dashes of all kinds; the error of the second attempt is reported.
  return readNumber(library, downgradeToAscii(withoutLeadingZeros(input.replaceAll('+', ''))));
}

/** Steps 1 to 4. */
function readNumber(library: PhoneLibrary, input: string): PhoneParseResult {
  if (!allowedCharacters.test(input)) return { ok: false, code: 'UNKNOWN_CHARACTER' };
  if (input === '') return { ok: false, code: 'TOO_SHORT' };
  let number = tryParse(library, input);
  if (number === null) return { ok: false, code: 'INVALID_NUMBER' };
  const length = library.isPossibleNumberWithReason(number);
  if (length !== lengthCheck.possible) {
    const international = tryParse(library, `+${input}`);
    if (international === null || !possibleSomewhere.has(library.isPossibleNumberWithReason(international)))
      return { ok: false, code: lengthError(length) };
    number = international;
  }
  const type = library.getNumberType(number);
  const television = /^7700\d/.test(String(number.getNationalNumberOrDefault()));
  const valid = library.isValidNumber(number) && acceptedTypes.has(type);
  if (!valid && !television) return { ok: false, code: 'INVALID_NUMBER' };
  return {
    ok: true,
    phone: {
      normalised: library.format(number, numberFormat.e164).slice(1),
      countryCode: String(number.getCountryCodeOrDefault()),
      region: library.getRegionCodeForNumber(number) ?? null,
      landline: landlineTypes.has(type),
      television,
    },
  };
}

/**
 * A number as people write it: in the UK's national format, others internationally (`+1 202-555-0104`).
 *
 * @param normalised digits with country code; other text is returned as it is
 */
export function humanPhoneNumber(normalised: string): string {
  if (!/^\d{4,20}$/.test(normalised)) return normalised;
  const library = phoneLibrary();
  const number = tryParse(library, `+${normalised}`);
  if (number === null) return normalised;
  const uk = number.getCountryCodeOrDefault() === 44;
  return library.format(number, uk ? numberFormat.national : numberFormat.international);
}

function tryParse(library: PhoneLibrary, text: string): LibraryNumber | null {
  if (text.length > longestNumber) return null;
  try {
    return library.parse(text, 'GB');
  } catch {
    return null;
  }
}

function lengthError(length: number): PhoneErrorCode {
  switch (length) {
    case lengthCheck.tooLong:
      return 'TOO_LONG';
    case lengthCheck.tooShort:
    case lengthCheck.localOnly:
      return 'TOO_SHORT';
    case lengthCheck.invalidCountryCode:
      return 'UNSUPPORTED_COUNTRY_CODE';
    default:
      return 'INVALID_NUMBER';
  }
}

function withoutLeadingZeros(text: string): string {
  return text.replace(/^0+/, '');
}
