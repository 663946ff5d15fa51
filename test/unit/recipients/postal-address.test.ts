import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../src/lib/core/json.ts';
import type { JsonObject } from '../../../src/lib/core/json.ts';
import {
  addressFromPersonalisation,
  csvAddressError,
  parsePostalAddress,
  validatePostalAddress,
} from '../../../src/lib/recipients/postal-address.ts';
import { readVectors } from './vector-file.ts';
import { expectLinearTime } from '../../support/processor-time.ts';

/** Sheets write `/` for a line break. */
const linesOf = (address: string) => address.replaceAll('/', '\n');
const tooShort = 'Address must be at least 3 lines';
const tooLong = 'Address must be no more than 7 lines';
const notAlphanumeric = 'The first 2 lines of the address must both include at least one alphanumeric character';
const bfpoCountry = 'The last line of a BFPO address must not be a country.';
const noPostcode = 'Must be a real UK postcode';
const noPostcodeOrCountry = 'Last line of address must be a real UK postcode or another country';
const badStart = 'Address lines must not start with any of the following characters: @ ( ) = [ ] ” \\ / , < >';
const notReal = 'Must be a real address';

describe('addresses of the templating sheet §9', () => {
  test.each([
    ['A1', 'A/1 St/SW1A1AA', false, 'A/1 St/SW1A 1AA', null],
    ['A2', 'A/SW1A1AA', false, 'A/SW1A 1AA', tooShort],
    ['A3', 'A/1 St/France', false, 'A/1 St/France', noPostcode],
    ['A3', 'A/1 St/France', true, 'A/1 St/France', null],
    ['A4', 'A/1 St/Wales', false, 'A/1 St', tooShort],
    ['A5', 'A/1 St/sw1a 1aa/England/UK', false, 'A/1 St/SW1A 1AA', null],
    ['A6', 'A/1 St/JE2 3AB/Jersey', false, 'A/1 St/JE2 3AB', null],
    ['A7', 'A/BFPO 12/BF1 1AA', false, 'A/BF1 1AA/BFPO 12', null],
    ['A9', 'A/1 Unit/BFPO 12/USA', true, 'A/1 Unit/BFPO 12/United States', bfpoCountry],
    ['A10', 'A/NFA/SW1A 1AA', false, 'A/NFA/SW1A 1AA', notReal],
    ['A11', '(A/1 St/SW1A 1AA', false, '(A/1 St/SW1A 1AA', badStart],
    ['A12', '.../1 St/SW1A 1AA', false, '.../1 St/SW1A 1AA', notAlphanumeric],
    ['A13', 'A/1 St/NF1 1AA', false, 'A/1 St/NF1 1AA', noPostcode],
    ['A14', 'A/B/C/D/E/F/G/H', false, 'A/B/C/D/E/F/G/H', tooLong],
    ['A14', 'A/B/C/D/E/F/G/H', true, 'A/B/C/D/E/F/G/H', tooLong],
    ['A15', 'A ,/1 St ./SW1A  1AA,', false, 'A/1 St./SW1A 1AA', null],
    ['A16', 'A/1 St/Deutschland', true, 'A/1 St/Germany', null],
    ['A17', 'A/1 St/SW1A 1AA/France', true, 'A/1 St/SW1A 1AA/France', null],
    ['A18', 'Senedd Cymru/Cardiff/CF99 1SN/Cymru/UK', false, 'Senedd Cymru/Cardiff/CF99 1SN', null],
    ['A19', 'A/Wales/B/SW1A 1AA/UK', false, 'A/Wales/B', noPostcode],
    ['A20', 'England/1 St/Leeds/LS1 1AA', false, 'England/1 St/Leeds/LS1 1AA', null],
    ['A21', 'England/1 St/Leeds/LS1 1AA/UK', false, 'England/1 St/Leeds', noPostcode],
    ['A22', 'A/B/UK/France', true, 'A/B/UK/France', null],
    ['A23', 'A/B/France/UK', true, 'A/B/France', noPostcodeOrCountry],
    ['A24', 'A/BFPO 0012/BF1 1AA', false, 'A/BF1 1AA/BFPO 12', null],
    ['A25', 'A/B/LS1 1AA.', false, 'A/B/LS1 1AA.', noPostcode],
    ['A25', 'A/B/ls1-1aa', false, 'A/B/ls1-1aa', noPostcode],
  ])('%s %s (international: %s)', (_name, address, international, normalised, message) => {
    const result = validatePostalAddress(linesOf(address), { international });
    expect(result.address.normalised).toBe(linesOf(normalised));
    expect(result.ok ? null : result.message).toBe(message);
  });

  test('A8: c/o belongs to the number', () => {
    const result = validatePostalAddress('Cpl A\n1 Unit\nBFPO c/o 12', { international: false });
    expect(result).toMatchObject({ ok: true, address: { normalised: 'Cpl A\n1 Unit\nBFPO 12', bfpoNumber: '12' } });
  });
});

describe('addresses of the letters sheet §2.1', () => {
  test.each([
    [
      'Her Majesty/ Buckingham  Palace ,/London/  Sw1  1aa ',
      false,
      'Her Majesty/Buckingham Palace/London/SW1 1AA',
      true,
    ],
    ['A/B/deutschland', true, 'A/B/Germany', true],
    ['A/B/deutschland', false, 'A/B/Germany', false],
    ['A/B/Canada', true, 'A/B/Canada', true],
    ['A/B/SW1A1AA/england/United Kingdom', true, 'A/B/SW1A 1AA', true],
    ['A/B/Jersey', true, 'A/B', false],
    ['Cpl A/BFPO 1234/BF1 1AA', false, 'Cpl A/BF1 1AA/BFPO 1234', true],
    ['Cpl A/Unit/BFPO 1234/France', true, 'Cpl A/Unit/BFPO 1234/France', false],
    ['A/England/B/SW1A 1AA/UK', true, 'A/England/B', false],
    ['A/B/Yr Almaen', true, 'A/B/Germany', true],
    ['A/B/East Germany', true, 'A/B/Germany', true],
    ['A/B/U.S.A.', true, 'A/B/United States', true],
    ['A , b/B .c/SW1A 1AA,', false, 'A, b/B.c/SW1A 1AA', true],
    ['./B/SW1A 1AA', false, './B/SW1A 1AA', false],
    ['é/B/SW1A 1AA', false, 'é/B/SW1A 1AA', false],
    ['A/B/ZZ1 1ZZ', false, 'A/B/ZZ1 1ZZ', false],
    ['A/B/USSR', false, 'A/B/USSR', false],
    ['A/B/Germany2', false, 'A/B/Germany2', false],
    ['A/B/GIR0AA', false, 'A/B/GIR0AA', false],
    ['Guernsey/B/GY1 1AA/Guernsey', false, 'Guernsey/B', false],
  ])('%s (international: %s)', (address, international, normalised, valid) => {
    const result = validatePostalAddress(linesOf(address), { international });
    expect(result.address.normalised).toBe(linesOf(normalised));
    expect(result.ok).toBe(valid);
  });

  test.each([
    ['A/B/deutschland', 'europe'],
    ['A/B/Canada', 'rest-of-world'],
    ['A/B/SW1A 1AA', null],
    ['A/B/JE2 3AB/Jersey', null],
    ['A/B/Las Palmas/Canary Islands', 'europe'],
  ])('%s goes by %s', (address, postage) => {
    expect(validatePostalAddress(linesOf(address), { international: true })).toMatchObject({ ok: true, postage });
  });
});

test.each([
  ['BFPO 12', '12', 'BFPO 12'],
  ['A/BFPO/B', null, 'A/BFPO/B'],
  ['A/BFPO/bfpo12/BFPO 13/B', '12', 'A/B/BFPO 12'],
  ['A/BFPO No 12/B', null, 'A/BFPO No 12/B'],
  ['A/BFPO 12 34/B', null, 'A/BFPO 12 34/B'],
  ['A/BFPO 000/B', '0', 'A/B/BFPO 0'],
])('BFPO lines: %s', (address, bfpoNumber, normalised) => {
  expect(parsePostalAddress(linesOf(address))).toMatchObject({ bfpoNumber, normalised: linesOf(normalised) });
});

test('an address of BFPO lines alone is too short', () => {
  expect(validatePostalAddress('BFPO 12\nBFPO', { international: false })).toMatchObject({ code: 'few-lines' });
});

interface Expected {
  ok: boolean;
  normalised: string;
  bfpo_number: number | null;
  line_count: number;
  csv_error?: string;
}

test.each(readVectors<{ recipient: string; international: boolean }, Expected>('recipients-letter.jsonl'))(
  'reference: $input',
  ({ input, expected }) => {
    const result = validatePostalAddress(input.recipient, input);
    const { normalised, zone, international, postcode, country, bfpoNumber, lines } = result.address;
    expect({
      ok: result.ok,
      normalised,
      zone,
      international,
      postcode,
      country,
      bfpo_number: bfpoNumber === null ? null : Number(bfpoNumber),
      line_count: lines.length,
      ...(result.ok ? { postage: result.postage } : { error: result.message, code: result.code }),
    }).toEqual(Object.fromEntries(Object.entries(expected).filter(([key]) => key !== 'csv_error')));
    expect(csvAddressError(result.address, input)).toBe(expected.csv_error ?? null);
  },
);

describe('the address in a personalisation', () => {
  test.each([
    ['lines and postcode', { address_line_1: 'A', address_line_2: 'B', postcode: 'SW1A 1AA' }, 'A\nB\nSW1A 1AA'],
    ['line 7 hides the postcode', { address_line_1: 'A', address_line_7: 'B', postcode: 'C' }, 'A\nB'],
    ['even when it is null', { address_line_1: 'A', address_line_7: null, postcode: 'C' }, 'A'],
    ['other spellings do not count', { 'address line 1': 'A', Address_Line_2: 'B', postcode: 'C' }, 'C'],
    ['line breaks inside a value', { address_line_1: 'A\nB', postcode: 'C' }, 'A\nB\nC'],
    ['numbers', { address_line_1: 12, postcode: 'C' }, '12\nC'],
    ['nothing at all', {}, ''],
  ])('%s', (_name, personalisation, normalised) => {
    expect(parsePostalAddress(addressFromPersonalisation(personalisation)).normalised).toBe(normalised);
  });

  test('a number keeps its spelling', () => {
    const personalisation = parseJson('{"address_line_1": 1.0, "postcode": "C"}') as JsonObject;
    expect(parsePostalAddress(addressFromPersonalisation(personalisation)).normalised).toBe('1.0\nC');
  });
});

describe('properties', () => {
  const word = fc.constantFrom(
    'A',
    'UK',
    'France',
    'sw1a1aa',
    'BFPO',
    'BFPO 012',
    'Wales',
    ',',
    '.',
    ' ',
    '\u200B',
    '\u00A0',
    'é',
    '\uD800',
    '(',
  );
  const separator = fc.constantFrom('\n', '\r\n', ' ', '\u2028', '\v', '\x1F', '');
  const address = fc.array(fc.tuple(word, separator), { maxLength: 20 }).map((parts) => parts.flat().join(''));

  test('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(address, fc.string({ unit: 'binary' })), fc.boolean(), (text, international) => {
        const result = validatePostalAddress(text, { international });
        csvAddressError(result.address, { international });
      }),
    );
  });

  // An address of forces can end in a country above its BFPO line, which only the first reading passes over.
  test('a valid address stays as it is when it is normalised again', () => {
    fc.assert(
      fc.property(address, (text) => {
        const result = validatePostalAddress(text, { international: true });
        if (result.ok && result.address.bfpoNumber === null)
          expect(validatePostalAddress(result.address.normalised, { international: true })).toEqual(result);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([' ', ',', ' ,', '\n', '\u200B', 'A\n', 'UK\n', 'BFPO 1\n', '0', 'BFPO ', '&', '\u00A0x'])(
    'a hundred thousand of %j takes no longer than its length',
    (part) => {
      expectLinearTime((size) => void validatePostalAddress(part.repeat(size), { international: true }), 100_000);
    },
  );
});
