import { describe, expect, test } from 'vitest';
import { createFormats } from '../../../src/server/schemas/formats.ts';

const now = new Date('2026-06-15T12:00:00Z');
const formats = createFormats({ now: () => now });
const check = (format: string, text: string): string | null => formats[format]!(text);

const past = 'datetime can not be in the past';
const distant = 'datetime can only be 24 hours in the future';
const invalid =
  'datetime format is invalid. It must be a valid ISO8601 date time format, https://en.wikipedia.org/wiki/ISO_8601';

describe('notify-schedule', () => {
  test.each([
    ['2026-06-15T12:00:00', null],
    ['2026-06-15T11:59:59', past],
    ['2026-06-15T11:59:59.999', past],
    ['2026-06-16T12:00:00', null],
    ['2026-06-16T12:00:00.000999', null],
    ['2026-06-16T12:00:00.001', distant],
    ['2026-06-16T12:00:01', distant],
    ['2099-01-01T00:00:00', distant],
    ['1999-01-01T00:00:00', past],
    ['0001-01-01T00:00:00', past],
  ])('%s: %s', (text, problem) => {
    expect(check('notify-schedule', text)).toBe(problem);
  });

  test.each([
    '2026-06-15T18:00:00Z',
    '2026-06-15T18:00:00+01:00',
    '2026-06-15T18:00:00-11:30',
    '2026-06-15T18:00:00+0100',
    '2026-06-15T18:00:00+01',
    '2026-06-15T12:00:00+23:59',
  ])('the zone of %s is dropped', (text) => {
    expect(check('notify-schedule', text)).toBeNull();
  });

  test.each([
    '2026-06-15T18:00',
    '2026-06-15T18',
    '2026-06-15 18:00:00',
    '2026-06-15T18:00:00,5',
    '2026-06-15T18:00:00.123456789',
    '2026-06-15T1800',
    '2026-06-15T180000',
    '20260615T180000Z',
    '20260615T18:00',
    '20260615 18',
    '2026-6-15T18:00',
    // Midnight, 12 hours ahead.
    '2026-06-16',
    '20260616',
    '2026-06-16T00:00:00-05:00',
  ])('%s is a time', (text) => {
    expect(check('notify-schedule', text)).toBeNull();
  });

  test.each([
    ['2026', past],
    ['2026-06', past],
    ['2026-07', distant],
    ['2027', distant],
    // A day is not a month with a zone.
    ['2026-06-15', past],
    ['2026-06-17', distant],
  ])('%s begins as if it were written out: %s', (text, problem) => {
    expect(check('notify-schedule', text)).toBe(problem);
  });

  test.each([
    '',
    'tomorrow',
    '202606',
    '2026-13-01T00:00',
    '2026-00-01T00:00',
    '2026-02-30T00:00',
    '2026-06-31',
    '2026-06-15T24:00:00',
    '2026-06-15T23:60:00',
    '2026-06-15T23:59:60',
    '2026-06-15T18:00:00+24:00',
    '2026-06-15T18:00:00 Z',
    '2026-06-15t18:00:00z',
    '2026-06-15T',
    '2026-06-15Z',
    '2026-06-15T18:00:00.',
    '2026-06-15  18:00',
    ' 2026-06-15T18:00:00',
    '2026-06-15T18:00:00\n',
    '+2026-06-15T18:00:00',
    '15/06/2026 18:00',
    '2026-W25-1',
    '2026-166',
    '1781532000',
    '٢٠٢٦-٠٦-١٥',
  ])('%j is none', (text) => {
    expect(check('notify-schedule', text)).toBe(invalid);
  });

  test('has no daylight saving: the time is read as UTC', () => {
    const night = createFormats({ now: () => new Date('2026-03-29T00:30:00Z') });
    expect(night['notify-schedule']!('2026-03-29T01:30:00')).toBeNull();
    expect(night['notify-schedule']!('2026-03-30T00:30:00')).toBeNull();
    expect(night['notify-schedule']!('2026-03-30T00:30:01')).toBe(distant);
  });
});

describe('notify-https-url', () => {
  test.each([
    'https://example.com',
    'https://example.com/unsubscribe?id=1&x=a%20b#top',
    'https://user@example.com:8443/',
    'https://[2001:db8::1]/x',
    "https://example.com/(a);b=c,d!$'*+~_-.",
    'https://EXAMPLE.com',
  ])('%s is one', (text) => {
    expect(check('notify-https-url', text)).toBeNull();
  });

  test.each([
    '',
    'http://example.com',
    'HTTPS://example.com',
    'https:example.com',
    'https://',
    'https:///path',
    'https://?a',
    'https://exa mple.com',
    'https://example.com/a b',
    ' https://example.com',
    'https://example.com\n',
    'https://example.com/\u00a0',
    'https://example.com/é',
    'https://münchen.example',
    'https://example.com/%',
    'https://example.com/%zz',
    'https://example.com/<x>',
    'https://example.com/{x}',
    'https://example.com/a\\b',
    'https://example.com/"',
    'https://example.com:port/',
    'javascript:https://example.com',
    'example.com',
  ])('%j is none', (text) => {
    expect(check('notify-https-url', text)).toBe('is not a valid https url');
  });

  test('may be as long as a request', () => {
    expect(check('notify-https-url', `https://example.com/${'a%20'.repeat(2_000_000)}`)).toBeNull();
  });
});

test('notify-uuid', () => {
  expect(check('notify-uuid', '{0D5E2A2D-3a2c-4d8f-9d4c-6a3c2f0b9a11}')).toBeNull();
  expect(check('notify-uuid', ' 0d5e2a2d-3a2c-4d8f-9d4c-6a3c2f0b9a11')).toBe('is not a valid UUID');
});

test('notify-phone takes numbers that no service may send to: permissions come later', () => {
  for (const number of ['07700900123', '+12025550104', '02079460000']) expect(check('notify-phone', number)).toBeNull();
  expect(check('notify-phone', 'abc')).toBe('Must not contain letters or symbols');
});

test('notify-email', () => {
  expect(check('notify-email', 'TeSt@Example.com')).toBeNull();
  expect(check('notify-email', 'test')).toBe('Not a valid email address');
});
