import { describe, expect, it, test } from 'vitest';
import {
  isDocumentDateTime,
  readBroadcastDateTime,
  toBroadcastDateTime,
  toLinkTestDateTime,
} from '../../../src/lib/broadcasts/broadcast-time.ts';
import { formatMessageNumber } from '../../../src/lib/broadcasts/broadcast-payload.ts';

const instant = new Date('2021-01-01T12:15:42.987Z');

it('are written in whole seconds and whole minutes', () => {
  expect(toBroadcastDateTime(instant)).toBe('2021-01-01T12:15:42-00:00');
  expect(toLinkTestDateTime(instant)).toBe('2021-01-01T12:15:00+00:00');
});

describe('reading', () => {
  test.each([
    ['2021-01-01T12:00:00-00:00', '2021-01-01T12:00:00.000Z'],
    ['2021-01-01T12:00:00Z', '2021-01-01T12:00:00.000Z'],
    ['2021-01-01T12:00:00.999999Z', '2021-01-01T12:00:00.000Z'],
    ['2021-01-01T01:30:00+02:00', '2020-12-31T23:30:00.000Z'],
    ['2021-01-01T12:00-0330', '2021-01-01T15:30:00.000Z'],
  ])('%s', (text, expected) => {
    expect(readBroadcastDateTime(text)?.toISOString()).toBe(expected);
  });

  test.each([
    '2021-01-01T12:00:00',
    '2021-01-01',
    '2021-02-30T12:00:00Z',
    '2021-01-01T24:00:00Z',
    '2021-01-01T12:60:00Z',
    '2021-01-01T12:00:00+15:00',
    ' 2021-01-01T12:00:00Z',
    '',
  ])('refuses %j', (text) => {
    expect(readBroadcastDateTime(text)).toBeNull();
    expect(isDocumentDateTime(text)).toBe(false);
  });

  it('knows what CAP takes as it is', () => {
    const taken = ['2021-01-01T12:00:00-00:00', '2021-01-01T12:00:00+01:00'];
    const notTaken = ['2021-01-01T12:00:00Z', '2021-01-01T12:00:00.5+00:00', '2021-01-01T12:00:00+0000'];
    expect(taken.map(isDocumentDateTime)).toEqual([true, true]);
    expect(notTaken.map(isDocumentDateTime)).toEqual([false, false, false]);
  });
});

test.each([
  [1, '00000001'],
  [10, '0000000a'],
  [78, '0000004e'],
  [123, '0000007b'],
  [255, '000000ff'],
  [4096, '00001000'],
  [2147483647, '7fffffff'],
])('message number %d is %s', (number, text) => {
  expect(formatMessageNumber(number)).toBe(text);
});

test.each([-1, 1.5, 2 ** 32, NaN])('%d is no message number', (number) => {
  expect(() => formatMessageNumber(number)).toThrow(RangeError);
});
