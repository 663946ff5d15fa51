import { expect, test } from 'vitest';
import { phoneErrorMessages } from '../../../src/lib/recipients/phone-errors.ts';
import {
  phoneDigits,
  validatePhoneNumber,
  validatePhoneNumberForApi,
} from '../../../src/lib/recipients/phone-number.ts';
import { humanPhoneNumber } from '../../../src/lib/recipients/phone-parser.ts';
import { stripRecipient } from '../../../src/lib/recipients/whitespace.ts';
import { readVectors } from './vector-file.ts';

interface Input {
  recipient: string;
  international: boolean;
  landlines: boolean;
}

interface Expected {
  normalised?: string;
  metadata_sensitive?: boolean;
  newer_metadata?: unknown;
  human?: string;
  v2_error?: { error: string; message: string };
}

const vectors = readVectors<Input, Expected>('recipients-sms.jsonl');

function csvError({ recipient, ...permissions }: Input): string | null {
  const cell = stripRecipient(recipient);
  if (cell === '') return 'Missing';
  const result = validatePhoneNumber(cell, permissions);
  return result.ok ? null : phoneErrorMessages[result.code].csv;
}

function answer(input: Input) {
  const { recipient, ...permissions } = input;
  const result = validatePhoneNumberForApi(recipient, permissions);
  const csv_error = csvError(input);
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
    numeric_sender: !phone.smsAlphaSender,
    csv_error,
  };
}

// The shape of one Faroese number is of an older numbering plan: the grouping is a matter of metadata.
const regrouped = new Map([['298215318', '+298 21 53 18']]);

test.each(vectors.filter(({ expected }) => expected.metadata_sensitive !== true))(
  'reference: $input',
  ({ input, expected: { v2_error, ...expected } }) => {
    const got = answer(input);
    const human = got.normalised === undefined ? undefined : regrouped.get(got.normalised);
    expect(got).toEqual(human === undefined ? expected : { ...expected, human });
    const result = validatePhoneNumberForApi(input.recipient, input);
    if (!result.ok && v2_error !== undefined)
      expect(v2_error.message).toBe(result.stage === 'schema' ? `phone_number ${result.message}` : result.message);
  },
);

test.each(vectors.filter(({ expected }) => expected.metadata_sensitive === true))(
  'reference with newer numbering plans: $input',
  ({ input, expected: { newer_metadata } }) => {
    const result = validatePhoneNumberForApi(input.recipient, input);
    if (typeof newer_metadata === 'string') expect(result).toMatchObject({ ok: false, code: newer_metadata });
    else {
      const { normalised, international, crownDependency, countryPrefix, rateMultiplier } = result.ok
        ? result.phone
        : {};
      expect([normalised, international, crownDependency, countryPrefix, rateMultiplier]).toEqual(newer_metadata);
    }
  },
);

test('digits of digits are the digits, for every number the reference accepts', () => {
  const accepted = vectors.flatMap(({ expected: { normalised, metadata_sensitive } }) =>
    metadata_sensitive === true ? [] : (normalised ?? []),
  );
  expect(accepted.length).toBeGreaterThan(100);
  for (const digits of accepted) expect(phoneDigits(`+${digits}`)).toBe(digits);
});
