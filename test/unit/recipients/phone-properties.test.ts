import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberType, phoneLibrary } from '../../../src/lib/recipients/phone-library.ts';
import { phoneDigits, validatePhoneNumber } from '../../../src/lib/recipients/phone-number.ts';
import { humanPhoneNumber, parsePhone } from '../../../src/lib/recipients/phone-parser.ts';
import { parseCommonUkMobile, parseDramaNumber } from '../../../src/lib/recipients/uk-mobile.ts';
import { expectLinearTime } from '../../support/processor-time.ts';

const all = { international: true, landlines: true };
const phoneish = fc.string({ unit: fc.constantFrom(...'0123456789+-() \t\n\u200B\u00A0–４'), maxLength: 24 });
const anyText = fc.oneof(
  phoneish,
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\uD800', '\uDC00', '7') }),
);

describe('the short way for UK mobiles agrees with the numbering plans', () => {
  const library = phoneLibrary();

  test('for every block of five digits', () => {
    for (let block = 70_000; block < 80_000; block += 1) {
      // The block with the last digits spread over it: every digit pattern of the plans ends within the first five.
      const national = `${block}${String((block * 7919) % 100_000).padStart(5, '0')}`;
      if (parseCommonUkMobile(`0${national}`) === null) continue;
      const number = library.parse(`0${national}`, 'GB');
      expect([
        library.isValidNumber(number),
        library.getNumberType(number),
        library.getRegionCodeForNumber(number),
        String(number.getNationalNumberOrDefault()),
      ]).toEqual([true, numberType.mobile, 'GB', national]);
    }
  });

  const separator = fc.constantFrom('', ' ', '-', '(', ')', ') ', ' (');
  const digits = fc.tuple(
    fc.constantFrom('', '0', '44', '+44', '0044', '440', '+440', '00440'),
    fc.integer({ min: 71e8, max: 8e9 - 1 }),
  );
  const written = fc
    .tuple(digits, fc.array(separator, { minLength: 17, maxLength: 17 }))
    .map(([[prefix, national], separators]) =>
      Array.from(`${prefix}${national}`, (digit, index) => `${separators[index] ?? ''}${digit}`).join(''),
    );

  test('for every way of writing one', () => {
    fc.assert(
      fc.property(written, (text) => {
        const short = parseCommonUkMobile(text);
        if (short === null) return;
        const number = library.parse(text, 'GB');
        expect(`${number.getCountryCodeOrDefault()}${number.getNationalNumberOrDefault()}`).toBe(short);
        expect(library.getRegionCodeForNumber(number)).toBe('GB');
      }),
    );
  });
});

test('a number for drama is read as the numbering plans read it, however it is written', () => {
  const library = phoneLibrary();
  const prefix = fc.constantFrom('', '0', '44', '+44', '0044', '440', '+440', '00440', '+44 (0)');
  fc.assert(
    fc.property(prefix, fc.integer({ min: 77009e5, max: 77010e5 - 1 }), (before, national) => {
      const number = library.parse(`${before}${national}`, 'GB');
      expect(`${number.getCountryCodeOrDefault()}${number.getNationalNumberOrDefault()}`).toBe(`44${national}`);
      expect(library.getRegionCodeForNumber(number) ?? null).toBeNull();
      expect(parseDramaNumber(`${before}${national}`)).toBe(`44${national}`);
    }),
  );
});

test('no text makes it throw', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      validatePhoneNumber(text, all);
      humanPhoneNumber(text);
    }),
  );
});

test('digits of digits are the digits', () => {
  fc.assert(
    fc.property(phoneish, (text) => {
      const digits = phoneDigits(text);
      if (digits !== null) expect(phoneDigits(`+${digits}`)).toBe(digits);
    }),
  );
});

test.each(['0', '+', ' ', '-', '(', '\u200B', '–', '4', 'x', '0+', '\uD800'])(
  'a hundred thousand of %j takes no longer than its length',
  (unit) => {
    expectLinearTime((size) => expect(parsePhone(unit.repeat(size)).ok).toBe(false), 100_000);
  },
);
