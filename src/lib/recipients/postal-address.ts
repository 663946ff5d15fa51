import type { JsonValue } from '../core/json.ts';
import { isRawJsonNumber } from '../core/json.ts';
import type { AddressErrorCode } from './address-errors.ts';
import { apiAddressMessage, csvAddressMessage } from './address-errors.ts';
import { normaliseAddressLines } from './address-lines.ts';
import type { PostageZone } from './countries.ts';
import { findCountry, postageZoneOf, unitedKingdom } from './countries.ts';
import { formatPostcode } from './postcode.ts';

/** An address as it is printed, and what is read out of it. */
export interface PostalAddress {
  readonly lines: readonly string[];
  /** The lines joined by LF: stored as the `to` of a letter. */
  readonly normalised: string;
  /** `United Kingdom` unless the last line is another country; then its canonical English name. */
  readonly country: string;
  /** True when the address has a country other than the United Kingdom. */
  readonly international: boolean;
  readonly zone: PostageZone;
  /** With one space; null for other countries and where there is none. */
  readonly postcode: string | null;
  /** Digits without leading zeros. */
  readonly bfpoNumber: string | null;
}

/** What the service may send to. */
export interface AddressPermissions {
  /** Permission `international_letters`. */
  readonly international: boolean;
}

export type AddressResult =
  | {
      ok: true;
      address: PostalAddress;
      /** Postage of a letter abroad; null when the postage of the template applies. */
      postage: Exclude<PostageZone, 'united-kingdom'> | null;
    }
  | { ok: false; address: PostalAddress; code: AddressErrorCode; message: string };

const fewestLines = 3;
const mostLines = 7;

const bfpoLine = /^BFPO(?: ?(?:c\/o)? ?(\d+))?$/i;
const alphanumeric = /[A-Za-z0-9]/;
const forbiddenStart = /^[@()=[\]"\\/,<>~]/;
const noFixedAbode = /^nfa$|no fixed (?:abode|address)/i;

/** Reads an address out of lines joined by line breaks (templating sheet §9). Any text is accepted. */
export function parsePostalAddress(text: string): PostalAddress {
  const { lines: linesOfPlace, bfpoNumber } = takeBfpoNumber(normaliseAddressLines(text));
  const { lines, country } = takeCountry(linesOfPlace);
  const international = country !== unitedKingdom;
  const postcode = international || lines.length === 0 ? null : formatPostcode(lines.at(-1)!);
  if (postcode !== null) lines[lines.length - 1] = postcode;
  if (bfpoNumber !== null) lines.push(`BFPO ${bfpoNumber}`);
  if (international) lines.push(country);
  return {
    lines,
    normalised: lines.join('\n'),
    country,
    international,
    zone: postageZoneOf(country),
    postcode,
    bfpoNumber,
  };
}

/** British Forces Post Office numbers move to the end, whichever line they are on; a lone `BFPO` means nothing. */
function takeBfpoNumber(lines: string[]): { lines: string[]; bfpoNumber: string | null } {
  const digits = lines.map((line) => bfpoLine.exec(line)?.[1]).find((found) => found !== undefined);
  if (digits === undefined) return { lines, bfpoNumber: null };
  return { lines: lines.filter((line) => !bfpoLine.test(line)), bfpoNumber: digits.replace(/^0+(?=\d)/, '') };
}

/** Takes the country off the end. The names of the United Kingdom and its parts are never printed. */
function takeCountry(lines: string[]): { lines: string[]; country: string } {
  const country = lines.length === 0 ? null : findCountry(lines.at(-1)!);
  if (country === null) return { lines: [...lines], country: unitedKingdom };
  const cut = country === unitedKingdom ? countUkNames(lines) : 1;
  return { lines: lines.slice(0, lines.length - cut), country };
}

/**
 * How many lines the reference cuts when the last one is a name of the United Kingdom: as many as there are such names
 * up to the nearest foreign country. It passes over lines that are no country at all, so that an address with `Wales`
 * in the middle loses its postcode; kept, since clients see the outcome.
 */
function countUkNames(lines: readonly string[]): number {
  let count = 0;
  for (const line of lines.toReversed()) {
    const country = findCountry(line);
    if (country === unitedKingdom) count += 1;
    else if (country !== null) break;
  }
  return count;
}

const tests: Readonly<Record<AddressErrorCode, (address: PostalAddress, permissions: AddressPermissions) => boolean>> =
  {
    'few-lines': ({ lines }) => lines.length < fewestLines,
    'many-lines': ({ lines }) => lines.length > mostLines,
    'no-alphanumeric': ({ lines }) => lines.length < 2 || !lines.slice(0, 2).every((line) => alphanumeric.test(line)),
    'bfpo-country': ({ bfpoNumber, international }) => bfpoNumber !== null && international,
    'last-line': ({ postcode, bfpoNumber, international }, permissions) =>
      postcode === null && bfpoNumber === null && !(international && permissions.international),
    'bad-start-character': ({ lines }) => lines.some((line) => forbiddenStart.test(line)),
    'no-fixed-abode': ({ lines }) => lines.some((line) => noFixedAbode.test(line)),
  };

const apiOrder: readonly AddressErrorCode[] = [
  'few-lines',
  'many-lines',
  'no-alphanumeric',
  'bfpo-country',
  'last-line',
  'bad-start-character',
  'no-fixed-abode',
];

const csvOrder: readonly AddressErrorCode[] = [
  'no-alphanumeric',
  'bfpo-country',
  'few-lines',
  'many-lines',
  'last-line',
  'bad-start-character',
  'no-fixed-abode',
];

/**
 * Checks an address as `POST /v2/notifications/letter` does (templating sheet §9, public API sheet §4.7): the first rule
 * that is broken answers, as a `ValidationError`.
 */
export function validatePostalAddress(text: string, permissions: AddressPermissions): AddressResult {
  const address = parsePostalAddress(text);
  const code = apiOrder.find((candidate) => tests[candidate](address, permissions));
  if (code !== undefined) return { ok: false, address, code, message: apiAddressMessage(code, permissions) };
  return { ok: true, address, postage: address.zone === 'united-kingdom' ? null : address.zone };
}

/**
 * What the CSV check and the site say about an address, or null: the same rules in another order and other words (jobs
 * sheet §8).
 */
export function csvAddressError(address: PostalAddress, permissions: AddressPermissions): string | null {
  const code = csvOrder.find((candidate) => tests[candidate](address, permissions));
  return code === undefined ? null : csvAddressMessage(code, permissions, address.international);
}

/**
 * The address in the personalisation of a letter: `address_line_1` to `address_line_6` and `postcode`, or
 * `address_line_1` to `address_line_7` when there is a line 7 at all (public API sheet §4.7). Only these spellings count;
 * missing ones are empty.
 */
export function addressFromPersonalisation(personalisation: Readonly<Record<string, JsonValue | undefined>>): string {
  const last = Object.hasOwn(personalisation, 'address_line_7') ? 'address_line_7' : 'postcode';
  const keys = [1, 2, 3, 4, 5, 6].map((line) => `address_line_${line}`);
  return [...keys, last]
    .map((key) => (Object.hasOwn(personalisation, key) ? lineOf(personalisation[key]) : ''))
    .join('\n');
}

/** Numbers are spelt as they came; anything that is no text or number cannot be a line of an address. */
function lineOf(value: JsonValue | undefined): string {
  if (isRawJsonNumber(value)) return value.rawJSON;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
