import { describe, expect, test } from 'vitest';
import {
  normaliseSmsSender,
  phoneDigits,
  validatePhoneNumber,
  validatePhoneNumberForApi,
} from '../../../src/lib/recipients/phone-number.ts';

const none = { international: false, landlines: false };
const international = { international: true, landlines: false };
const landlines = { international: false, landlines: true };
const all = { international: true, landlines: true };

type Outcome = string;

function outcome(input: string, permissions: typeof none): Outcome {
  const result = validatePhoneNumber(input, permissions);
  return result.ok ? result.phone.normalised : result.code;
}

// Templating sheet §7: input, without permission, with the international permission (with that for landlines).
const cases: [string, string[], Outcome, Outcome, Outcome?][] = [
  [
    'P1',
    ['07723456789', '7723456789', '+44 (0)7723 456 789', '00447723456789', '0+447723456789', '447723456789'],
    '447723456789',
    '447723456789',
  ],
  ['P2', ['\u200B\t\t+44 (0)7723 456 789\n'], '447723456789', '447723456789'],
  ['P3', ['0772345678'], 'INVALID_NUMBER', 'INVALID_NUMBER'],
  ['P4', ['0772345678910'], 'TOO_LONG', 'TOO_LONG'],
  ['P5', ['07700900001'], '447700900001', '447700900001'],
  ['P6', ['07797292290'], '447797292290', '447797292290'],
  ['P6', ['07624123456'], '447624123456', '447624123456'],
  ['P6', ['07781123456'], '447781123456', '447781123456'],
  ['P7', ['020 7946 0991'], 'NOT_A_UK_MOBILE', 'NOT_A_UK_MOBILE', '442079460991'],
  ['P7', ['0300 123 4567'], 'NOT_A_UK_MOBILE', 'NOT_A_UK_MOBILE', '443001234567'],
  ['P8', ['0800 123 4567', '0900 123 4567', '0845 46 46'], 'INVALID_NUMBER', 'INVALID_NUMBER', 'INVALID_NUMBER'],
  ['P9', ['+1 202-555-0104', '12025550104', '0012025550104'], 'NOT_A_UK_MOBILE', '12025550104'],
  ['P10', ['1‑202–555—010−4'], 'NOT_A_UK_MOBILE', '12025550104'],
  ['P11', ['784951234567'], 'NOT_A_UK_MOBILE', '74951234567'],
  ['P12', ['16644913789'], 'NOT_A_UK_MOBILE', '16644913789'],
  ['P13', ['20-12-1234-1234'], 'NOT_A_UK_MOBILE', '201212341234'],
  ['P14', ['+07044123456'], '447044123456', '447044123456'],
  ['P15', ['001708123456'], 'NOT_A_UK_MOBILE', 'NOT_A_UK_MOBILE', '441708123456'],
  ['P16', ['24741111'], 'NOT_A_UK_MOBILE', 'UNSUPPORTED_COUNTRY_CODE'],
  ['P17', ['abc', '07723 456789...'], 'UNKNOWN_CHARACTER', 'UNKNOWN_CHARACTER'],
  ['P18', ['', '+'], 'TOO_SHORT', 'TOO_SHORT'],
  ['P19', ['   '], 'INVALID_NUMBER', 'INVALID_NUMBER'],
  ['P20', ['123', '999'], 'TOO_SHORT', 'TOO_SHORT'],
  ['P21', ['1234567', '+999 1234567', '076 1234 5678'], 'INVALID_NUMBER', 'INVALID_NUMBER'],
  ['P22', ['80100000000'], 'TOO_LONG', 'TOO_LONG'],
  ['P23', ['01534 719000'], 'NOT_A_UK_MOBILE', 'NOT_A_UK_MOBILE', '441534719000'],
  ['P24', ['07509 123456'], '447509123456', '447509123456'],
  ['P24', ['07839 123456'], '447839123456', '447839123456'],
  ['P25', ['+49 7700 900123'], 'NOT_A_UK_MOBILE', '497700900123'],
  ['P26', ['07700100000'], '447700100000', '447700100000'],
  ['P27', ['1 473 456 7890'], 'NOT_A_UK_MOBILE', '14734567890'],
  ['P27', ['+18095551234'], 'NOT_A_UK_MOBILE', '18095551234'],
  ['P28', ['055 1234 5678'], 'NOT_A_UK_MOBILE', 'NOT_A_UK_MOBILE', '445512345678'],
  ['P29', ['07640 123456', '0560 1234567', '0500 123456'], 'INVALID_NUMBER', 'INVALID_NUMBER', 'INVALID_NUMBER'],
  // Newer numbering plans say TOO_LONG where the reference says INVALID_NUMBER: only the refusal counts.
];

describe('phone numbers of the templating sheet', () => {
  const rows = cases.flatMap(([name, inputs, without, withInternational, withLandlines]) =>
    inputs.map((input) => [name, input, without, withInternational, withLandlines] as const),
  );
  test.each(rows)('%s %j', (_name, input, without, withInternational, withLandlines) => {
    expect(outcome(input, none)).toBe(without);
    expect(outcome(input, international)).toBe(withInternational);
    if (withLandlines !== undefined) expect(outcome(input, landlines)).toBe(withLandlines);
  });

  test('a number that newer numbering plans call too long is refused one way or the other', () => {
    expect(validatePhoneNumber('+00263 71123456', all).ok).toBe(false);
  });
});

describe('what is told about a number', () => {
  test.each([
    [
      '07723 456789',
      { isUk: true, international: false, crownDependency: false, countryPrefix: '44', rateMultiplier: 1 },
    ],
    [
      '07700900001',
      { isUk: true, international: false, crownDependency: false, countryPrefix: '44', rateMultiplier: 1 },
    ],
    [
      '07700 300505',
      { isUk: true, international: false, crownDependency: false, countryPrefix: '44', rateMultiplier: 1 },
    ],
    [
      '07797 292290',
      { isUk: true, international: true, crownDependency: true, countryPrefix: '44', rateMultiplier: 2 },
    ],
    [
      '07509 123456',
      { isUk: true, international: true, crownDependency: true, countryPrefix: '44', rateMultiplier: 2 },
    ],
    ['01534 719000', { isUk: true, international: true, crownDependency: true, rateMultiplier: 2, landline: true }],
    ['020 7946 0991', { isUk: true, international: false, landline: true, rateMultiplier: 1 }],
    [
      '+1 202-555-0104',
      { isUk: false, international: true, countryPrefix: '1', rateMultiplier: 1, smsAlphaSender: false },
    ],
    ['784951234567', { countryPrefix: '7', rateMultiplier: 10 }],
    ['16644913789', { countryPrefix: '1664', rateMultiplier: 6, smsAlphaSender: false }],
    ['20-12-1234-1234', { countryPrefix: '20', rateMultiplier: 7, smsAlphaSender: true, hasDeliveryReports: true }],
    ['+49 7700 900123', { isUk: false, international: false, countryPrefix: '49', rateMultiplier: 1 }],
    ['1 473 456 7890', { countryPrefix: '1473', rateMultiplier: 6 }],
    ['+18095551234', { countryPrefix: '1809', rateMultiplier: 3, smsAlphaSender: false, hasDeliveryReports: false }],
    ['+84 91 234 56 78', { countryPrefix: '84', rateMultiplier: 4, hasDeliveryReports: false }],
  ])('%s', (input, expected) => {
    const result = validatePhoneNumber(input, all);
    expect(result).toMatchObject({ ok: true, phone: expected });
  });
});

describe('answers of the API', () => {
  test.each([
    ['07723 456789...', none, 'schema', 'Must not contain letters or symbols'],
    ['0772345678910', none, 'schema', 'Too many digits'],
    ['999', none, 'schema', 'Not enough digits'],
    ['1', none, 'schema', 'Number is not valid – double check the phone number you entered'],
    ['+999 12345678', none, 'schema', 'Too many digits'],
    ['24741111', none, 'schema', 'Not a valid country prefix'],
    ['+1 202-555-0104', none, 'permission', 'Cannot send to international mobile numbers'],
    ['+49 7700 900123', none, 'permission', 'Not a UK mobile number'],
    ['020 7946 0991', international, 'permission', 'Not a UK mobile number'],
    ['01534 719000', none, 'permission', 'Not a UK mobile number'],
  ])('%s', (input, permissions, stage, message) => {
    expect(validatePhoneNumberForApi(input, permissions)).toMatchObject({ ok: false, stage, message });
  });
});

test.each([
  ['07123123123', '447123123123'],
  [' 07123 123123 ', '447123123123'],
  ['GOVUK', 'GOVUK'],
  ['60006', '60006'],
  ['', ''],
  ['12025550104', '12025550104'],
])('sender %j is shown as %j', (sender, expected) => {
  expect(normaliseSmsSender(sender)).toBe(expected);
});

test.each([
  ['(07513) 332413', '447513332413'],
  ['+1 202-555-0104', '12025550104'],
  ['020 7946 0991', '442079460991'],
  ['24741111', '24741111'],
  ['nobody', null],
  ['', null],
])('digits of %j are %j', (input, expected) => {
  expect(phoneDigits(input)).toBe(expected);
});
