import { describe, expect, it } from 'vitest';
import { readReceiptTime, readReceivedTextTime } from '../../../src/lib/core/provider-time.ts';

const noTimes = [
  '',
  'now',
  '2016-07-05 25:01:07',
  '2016-02-30 10:00:00',
  '05/07/2016',
  '2016-07-05 17:60',
  '1467738067',
];

describe('the time of a receipt', () => {
  it.each([
    ['2016-07-05 17:01:07', '2016-07-05T16:01:07.000Z'],
    ['2016-07-05T17:01:07', '2016-07-05T16:01:07.000Z'],
    ['2016-01-05 17:01:07', '2016-01-05T17:01:07.000Z'],
    ['2016-07-05 18:01:07+0200', '2016-07-05T16:01:07.000Z'],
    ['2016-07-05T18:01:07+02:00', '2016-07-05T16:01:07.000Z'],
    ['2016-07-05 11:01:07-05', '2016-07-05T16:01:07.000Z'],
    ['2016-07-05T17:01:07.123456Z', '2016-07-05T17:01:07.123Z'],
    ['2016-07-05 17:01', '2016-07-05T16:01:00.000Z'],
    ['2016-07-05', '2016-07-04T23:00:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(readReceiptTime(text)?.toISOString()).toBe(instant);
  });

  it.each(noTimes)('is not %j', (text) => {
    expect(readReceiptTime(text)).toBeNull();
  });
});

describe('the time of a received text', () => {
  it.each([
    ['2017-05-21 11:56:11', '2017-05-21T11:56:11.000Z'],
    ['2017-05-21T11:56:11+02:00', '2017-05-21T11:56:11.000Z'],
    ['2017-05-21 11:56:11 0200', null],
    ['2017-05-21', '2017-05-21T00:00:00.000Z'],
  ])('%s is %s: in UTC, and an offset is dropped', (text, instant) => {
    expect(readReceivedTextTime(text)?.toISOString() ?? null).toBe(instant);
  });

  it.each(noTimes)('is not %j', (text) => {
    expect(readReceivedTextTime(text)).toBeNull();
  });
});
