import { describe, expect, test } from 'vitest';
import { letterFileName, letterFolder } from '../../../src/lib/letters/letter-file.ts';
import type { Postage } from '../../../src/lib/letters/postage.ts';

const reference = 'ABCDEF1234567890';

describe('the folder', () => {
  test.each([
    ['2017-12-04T17:29:00Z', '2017-12-04'],
    ['2017-12-04T17:30:00Z', '2017-12-04'],
    ['2017-12-04T17:30:00.001Z', '2017-12-05'],
    ['2017-12-04T17:31:00Z', '2017-12-05'],
    ['2018-07-02T16:30:00Z', '2018-07-02'],
    ['2018-07-02T16:31:00Z', '2018-07-03'],
    ['2018-01-02T16:31:00Z', '2018-01-02'],
    ['2018-07-02T23:30:00Z', '2018-07-03'],
    ['2020-03-28T17:30:01Z', '2020-03-29'],
    ['2020-03-29T16:30:01Z', '2020-03-30'],
    ['2020-10-24T16:30:01Z', '2020-10-25'],
    ['2020-10-25T16:45:00Z', '2020-10-25'],
    ['2020-10-25T17:30:01Z', '2020-10-26'],
    ['2020-12-31T23:59:59Z', '2021-01-01'],
    ['2020-02-28T18:00:00Z', '2020-02-29'],
  ])('of a letter created %s is %s', (created, folder) => {
    expect(letterFolder(new Date(created))).toBe(folder);
  });
});

describe('the name', () => {
  test.each<[string, Postage, string]>([
    ['2017-12-04T17:29:00Z', 'second', 'NOTIFY.ABCDEF1234567890.D.2.C.20171204172900.PDF'],
    ['2017-12-04T17:30:00.001Z', 'second', 'NOTIFY.ABCDEF1234567890.D.2.C.20171204173000.PDF'],
    ['2018-07-02T16:31:00Z', 'second', 'NOTIFY.ABCDEF1234567890.D.2.C.20180702163100.PDF'],
    ['2017-12-04T17:29:00Z', 'first', 'NOTIFY.ABCDEF1234567890.D.1.C.20171204172900.PDF'],
    ['2017-12-04T17:29:00Z', 'economy', 'NOTIFY.ABCDEF1234567890.D.ECONOMY.C.20171204172900.PDF'],
    ['2017-12-04T17:29:00Z', 'europe', 'NOTIFY.ABCDEF1234567890.D.E.C.20171204172900.PDF'],
    ['2017-12-04T17:29:00Z', 'rest-of-world', 'NOTIFY.ABCDEF1234567890.D.N.C.20171204172900.PDF'],
  ])('of a letter created %s and sent %s is %s', (created, postage, name) => {
    expect(letterFileName({ reference, createdAt: new Date(created), postage })).toBe(name);
  });

  test('is in capitals, the reference too', () => {
    expect(letterFileName({ reference: 'foo', createdAt: new Date('2017-12-04T17:29:00Z'), postage: 'second' })).toBe(
      'NOTIFY.FOO.D.2.C.20171204172900.PDF',
    );
  });
});
