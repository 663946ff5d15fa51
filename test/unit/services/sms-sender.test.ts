import { expect, test } from 'vitest';
import { assertSmsSender } from '../../../src/lib/services/sms-sender.ts';

test.each([
  ['GOVUK', 'GOVUK'],
  ['abc', 'abc'],
  ['elevenchars', 'elevenchars'],
  [' HMRC ', 'HMRC'],
  ['B & B', 'B & B'],
  ['N.H.S-_1', 'N.H.S-_1'],
  ['07700900123', '07700900123'],
  ['60006', '60006'],
  ['0ab', '0ab'],
])('%j may be a sender', (text, sender) => {
  expect(assertSmsSender(text)).toBe(sender);
});

test.each([
  '',
  '   ',
  'ab',
  ' ab ',
  'twelve chars',
  '447700900123',
  '+4477009001',
  '00441234',
  '00abc',
  '...',
  '&&&&',
  '1 2 3',
  '12-34',
  'Café',
  'emoji😀',
  "O'Neil",
  'a\nbc',
  'GOV/UK',
])('%j may not', (text) => {
  expect(() => assertSmsSender(text)).toThrow(
    expect.objectContaining({
      code: 'USAGE_INVALID',
      message: expect.stringContaining(`'${text}' cannot be a text message sender: expected 3 to 11 letters`),
    }),
  );
});
