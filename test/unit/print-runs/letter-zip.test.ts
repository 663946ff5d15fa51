/** Letters sheet §18, examples 25 and 27. */
import { describe, expect, it } from 'vitest';
import { hashOfKeys, recordKey, referenceOfKey, zipName } from '../../../src/lib/print-runs/letter-zip.ts';

const ref1 = '2020-02-17/NOTIFY.REF1.D.2.C.20200217150000.PDF';
const ref2 = '2020-02-16/NOTIFY.REF2.D.2.C.20200215180000.PDF';

describe('the hash of a zip', () => {
  it.each([
    [['2020-02-17/NOTIFY.FIRST_CLASS.D.1.C.20200217140000.PDF'], 'sO6RKzPyNrkxrR8OLonl'],
    [[ref2, ref1], 'AmmswUYqPToXwlSZiFyK'],
    [[ref1, ref2], 'uMpWKXWSZyS_rugsDaCY'],
    [['2020-02-17/NOTIFY.REF1.D.2.C.C.20200217150000.PDF'], 'M_hndL5ZCz8rLLm7hCt2'],
    [['2020-10-23/NOTIFY.ABCDEF1234567890.D.2.C.20201023120000.PDF'], 'Id6BE8tw3Kgn6AeIAEon'],
  ])('of %j is %s', (keys, hash) => {
    expect(hashOfKeys(keys)).toBe(hash);
  });
});

describe('the name of a zip', () => {
  const parts = { printDate: '2020-02-17', keys: [ref2, ref1], serviceId: 'service', organisationId: null } as const;

  it.each([
    ['first', 1, '1.001'],
    ['second', 999, '2.999'],
    ['second', 1000, '2.1000'],
    ['economy', 2, 'ECONOMY.002'],
    ['europe', 3, 'E.003'],
    ['rest-of-world', 4, 'N.004'],
  ] as const)('of %s post, number %i', (postage, sequence, expected) => {
    expect(zipName({ ...parts, postage, sequence })).toBe(
      `NOTIFY.2020-02-17.${expected}.AmmswUYqPToXwlSZiFyK.service.None.ZIP`,
    );
  });

  it('names its record, in the folder of the first letter', () => {
    const name = zipName({ ...parts, postage: 'second', sequence: 2, organisationId: 'organisation' });
    expect(recordKey({ name, keys: parts.keys })).toBe(
      '2020-02-16/zips_sent/NOTIFY.2020-02-17.2.002.AmmswUYqPToXwlSZiFyK.service.organisation.ZIP.TXT',
    );
  });
});

it.each([ref1, ref1.slice(11), '2020-02-17/NOTIFY.REF1.D.1.C.C.20171204172900.PDF'])(
  'the reference in %s is REF1',
  (key) => {
    expect(referenceOfKey(key)).toBe('REF1');
  },
);
