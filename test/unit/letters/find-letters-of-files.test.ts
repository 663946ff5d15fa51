import { describe, expect, it } from 'vitest';
import { readFileNames, referenceOf } from '../../../src/lib/letters/find-letters-of-files.ts';

describe('the reference in the name of a file', () => {
  const names: [name: string, reference: string | null][] = [
    ['2020-02-17/NOTIFY.ABCDEF1234567890.D.2.C.20200217160000.PDF', 'ABCDEF1234567890'],
    ['NOTIFY.ABCDEF1234567890.D.2.C.20200217160000.PDF', 'ABCDEF1234567890'],
    ['2017-12-04/NOTIFY.FOO.D.1.C.C.20171204172900.PDF', 'FOO'],
    ['NOTIFY.FOO.D.ECONOMY.C.20171204172900.PDF', 'FOO'],
    ['notify.foo.d.1.c.20171204172900.pdf', 'FOO'],
    ['2020-02-17/zips_sent/NOTIFY.2020-02-17.1.001.sO6RKzPyNrkxrR8OLonl.s.o.ZIP.TXT', null],
    ['NOTIFY.PDF', null],
    ['NOTIFY..D.1.C.20171204172900.PDF', null],
    ['ABCDEF1234567890', null],
    ['', null],
  ];
  it.each(names)('%j is %j', (name, reference) => expect(referenceOf(name)).toBe(reference));
});

describe('a list of names', () => {
  it('is a JSON array, as records of zips are, or has a name on each line', () => {
    expect(readFileNames('["a/b.PDF", "c.PDF"]')).toEqual(['a/b.PDF', 'c.PDF']);
    expect(readFileNames(' \n[]')).toEqual([]);
    expect(readFileNames('a.PDF\r\n\n b.PDF \n')).toEqual(['a.PDF', '', 'b.PDF', '']);
  });

  it.each(['[1]', '["a"', '[{"name": "a"}]'])('is not %s', (text) => {
    expect(() => readFileNames(text)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
  });
});
