import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateContactNumber } from '../../../src/lib/recipients/contact-number.ts';
import { validateRecipient, validateRecipientLine } from '../../../src/lib/recipients/validate-recipient.ts';
import type { RecipientOptions, RecipientType } from '../../../src/lib/recipients/validate-recipient.ts';
import { readVectors } from './vector-file.ts';

const optionsOf = (type: RecipientType, ...granted: ('international' | 'landlines')[]): RecipientOptions => ({
  type,
  international: granted.includes('international'),
  landlines: granted.includes('landlines'),
});

const sms = optionsOf('sms');
const notUkMobile = 'This does not look like a UK mobile number – double check the mobile number you entered';

describe('reports of the templating sheet §11.1', () => {
  test.each([
    [
      '07723 456789',
      sms,
      { ok: true, normalised: '447723456789', international: false, country_prefix: '44', rate_multiplier: 1 },
    ],
    [
      '07797 292290',
      sms,
      { ok: true, normalised: '447797292290', international: true, country_prefix: '44', rate_multiplier: 2 },
    ],
    [
      '+1 202-555-0104',
      sms,
      { ok: false, error: 'Cannot send to international mobile numbers', csv_error: notUkMobile },
    ],
    ['24741111', sms, { ok: false, error: 'Not a valid country prefix', csv_error: notUkMobile }],
    [
      '24741111',
      optionsOf('sms', 'international'),
      {
        ok: false,
        error: 'Not a valid country prefix',
        csv_error: 'Country code not found - double check the mobile number you entered',
      },
    ],
    ['020 7946 0991', sms, { ok: false, error: 'Not a UK mobile number', csv_error: notUkMobile }],
    ['020 7946 0991', optionsOf('sms', 'landlines'), { ok: true, normalised: '442079460991', csv_error: null }],
    ['\u00A0\u200B ', sms, { ok: false, csv_error: 'Missing' }],
    [' Jo@B.com ', optionsOf('email'), { ok: true, normalised: 'jo@b.com', cleaned: 'Jo@B.com', csv_error: null }],
    ['', optionsOf('email'), { ok: false, error: 'Not a valid email address', csv_error: 'Missing' }],
    [
      'A\n1 St\nFrance',
      optionsOf('letter', 'international'),
      { ok: true, normalised: 'A\n1 St\nFrance', international: true, postage: 'europe' },
    ],
    [
      'A\n1 St\nFrance',
      optionsOf('letter'),
      {
        ok: false,
        error: 'Must be a real UK postcode',
        csv_error: 'You do not have permission to send letters to other countries',
      },
    ],
    [
      'A',
      optionsOf('letter'),
      {
        error: 'Address must be at least 3 lines',
        csv_error: 'The first 2 lines of the address must both include at least one alphanumeric character',
      },
    ],
    ['A\nB\nBFPO 99999999999999999999', optionsOf('letter'), { ok: true, bfpo_number: '99999999999999999999' }],
  ])('%j %j', (recipient, options, expected) => {
    expect(validateRecipient(recipient, options)).toMatchObject(expected);
  });
});

describe('lines that hold no recipient', () => {
  test.each([
    ['', 'Line is not valid JSON'],
    ['{', 'Line is not valid JSON'],
    ['[]', 'Line is not a JSON object'],
    ['null', 'Line is not a JSON object'],
    ['"07723456789"', 'Line is not a JSON object'],
    ['{}', 'recipient is a required property'],
    ['{"recipient": null}', 'recipient is not of type string'],
    ['{"recipient": 7723456789}', 'recipient is not of type string'],
  ])('%s', (line, error) => {
    expect(validateRecipientLine(line, sms)).toEqual({ processed: false, report: { ok: false, error } });
  });

  test('a bad recipient is a result, not such a line', () => {
    expect(validateRecipientLine('{"recipient": "abc"}', sms)).toMatchObject({
      processed: true,
      report: { ok: false },
    });
  });
});

interface Expected extends Record<string, unknown> {
  metadata_sensitive?: boolean;
}

// Fields of the vectors that are no part of a report, and the one number whose grouping is of an older numbering plan.
const unreported = new Set(['v2_error', 'numeric_sender', 'line_count', 'newer_metadata', 'metadata_sensitive']);
const isRegrouped = (expected: Expected) => expected['normalised'] === '298215318';

describe.each(['sms', 'email', 'letter'] as const)('reference, %s', (type) => {
  const vectors = readVectors<Omit<RecipientOptions, 'type'> & { recipient: string }, Expected>(
    `recipients-${type}.jsonl`,
  ).filter(({ expected }) => expected.metadata_sensitive !== true && !isRegrouped(expected));

  test.each(vectors)('$input', ({ input, expected }) => {
    const { recipient, international, landlines } = input;
    const { processed, report } = validateRecipientLine(JSON.stringify({ recipient }), {
      type,
      international,
      landlines,
    });
    expect(processed).toBe(true);
    const reported = Object.entries(expected).filter(([field]) => !unreported.has(field));
    expect(report).toMatchObject(Object.fromEntries(reported));
  });
});

test.each(['sms', 'email', 'letter'] as const)('no line makes %s throw', (type) => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.string().map((recipient) => JSON.stringify({ recipient })),
  );
  fc.assert(fc.property(line, (text) => void validateRecipientLine(text, optionsOf(type))));
});

test.each([
  ['101', { ok: true, normalised: '101' }],
  [' 111 ', { ok: true, normalised: '111' }],
  ['020 7946 0991', { ok: true, normalised: '442079460991' }],
  ['999', { ok: false, code: 'UNSUPPORTED_EMERGENCY_NUMBER' }],
  ['112', { ok: false, code: 'UNSUPPORTED_EMERGENCY_NUMBER' }],
  ['12', { ok: false, code: 'TOO_SHORT' }],
])('contact number %j', (input, expected) => {
  expect(validateContactNumber(input)).toEqual(expected);
});
