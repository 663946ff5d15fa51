import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  comparableRecipient,
  isAmongRecipients,
  isSimulatedRecipient,
} from '../../../src/lib/recipients/recipient-comparison.ts';
import { stripRecipient } from '../../../src/lib/recipients/whitespace.ts';

describe('recipients are compared', () => {
  test.each([
    ['(07513) 332413', '447513332413'],
    ['+1 202-555-0104', '12025550104'],
    ['TeSt@EXAMPLE.com', 'test@example.com'],
    [' test@example.com\u200B', 'test@example.com'],
    ['Nobody', 'Nobody'],
    ['Not@An Address', 'Not@An Address'],
    ['', ''],
    [undefined, ''],
    [null, ''],
    [['07513332413'], ''],
    [7_513_332_413, ''],
  ])('%j as %j', (recipient, expected) => {
    expect(comparableRecipient(recipient)).toBe(expected);
  });

  test('against a list, both sides in their comparable form', () => {
    const allowed = ['+44 7513 332413', 'Test@Example.com'];
    expect(isAmongRecipients('07513332413', allowed)).toBe(true);
    expect(isAmongRecipients('test@example.com', allowed)).toBe(true);
    expect(isAmongRecipients('07513332414', allowed)).toBe(false);
    expect(isAmongRecipients('07513332413', [])).toBe(false);
  });

  test('without ever throwing, and the same when done again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress(), fc.anything()), (recipient) => {
        const once = comparableRecipient(recipient);
        expect(comparableRecipient(once)).toBe(once);
      }),
    );
  });
});

test.each([
  ['447700900000', true],
  ['447700900111', true],
  ['447700900222', true],
  ['447700900001', false],
  ['simulate-delivered@notifications.service.gov.uk', true],
  ['simulate-delivered-2@notifications.service.gov.uk', true],
  ['simulate-delivered-3@notifications.service.gov.uk', true],
  ['simulate-delivered-4@notifications.service.gov.uk', false],
])('%s is simulated: %s', (normalised, expected) => {
  expect(isSimulatedRecipient(normalised)).toBe(expected);
});

test.each([
  [' 07723\u00A0456789\r\n', '07723456789'],
  ['\u180E\u200B\u200C\u200D\u2060\uFEFF\u2028\u2029\u202Fa b\t', 'a b'],
  ['\u2003a\u0085', '\u2003a\u0085'],
  ['\u200B \u200B', ''],
])('%j is stored as %j', (recipient, expected) => {
  expect(stripRecipient(recipient)).toBe(expected);
});
