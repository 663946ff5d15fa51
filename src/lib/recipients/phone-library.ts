import { createRequire } from 'node:module';

/**
 * The part of google-libphonenumber (a port of the library that the reference uses) that is used here. It is loaded at
 * the first number that needs it: parsing its half megabyte would slow down the start of every command.
 */

/** A number as the library parsed it. */
export interface LibraryNumber {
  getCountryCodeOrDefault(): number;
  getNationalNumberOrDefault(): number;
}

export interface PhoneLibrary {
  /** @throws Error when the text cannot be read as a number */
  parse(text: string, region: string): LibraryNumber;
  /** One of `lengthCheck`. */
  isPossibleNumberWithReason(number: LibraryNumber): number;
  isValidNumber(number: LibraryNumber): boolean;
  /** One of `numberType`. */
  getNumberType(number: LibraryNumber): number;
  getRegionCodeForNumber(number: LibraryNumber): string | null | undefined;
  format(number: LibraryNumber, format: number): string;
}

/** Results of the length check, as numbered by the library. */
export const lengthCheck = {
  possible: 0,
  invalidCountryCode: 1,
  tooShort: 2,
  tooLong: 3,
  localOnly: 4,
  invalidLength: 5,
} as const;

/** Types of number that are used here, as numbered by the library. */
export const numberType = { fixedLine: 0, mobile: 1, fixedLineOrMobile: 2, personal: 7, uan: 9 } as const;

/** Formats that are used here, as numbered by the library. */
export const numberFormat = { e164: 0, international: 1, national: 2 } as const;

const require = createRequire(import.meta.url);

/** The library; the first call takes some 30 ms, later ones a few microseconds (the module cache is the memory). */
export function phoneLibrary(): PhoneLibrary {
  const module = require('google-libphonenumber') as { PhoneNumberUtil: { getInstance(): PhoneLibrary } };
  return module.PhoneNumberUtil.getInstance();
}
