import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newServicePermissions, servicePermissions, toEmailLocalPart } from '../../../src/lib/services/service.ts';

const anyCharacter = fc.nat(0x10ffff).map((codePoint) => String.fromCodePoint(codePoint));

describe('the local part of a service’s email address', () => {
  test.each([
    ['created service', 'created.service'],
    ['Created Service!', 'created.service'],
    ['name with spaces', 'name.with.spaces'],
    ['singleword', 'singleword'],
    ['UPPER CASE', 'upper.case'],
    ['Service - with dash', 'service.with.dash'],
    ['lots      of spaces', 'lots.of.spaces'],
    ['tabs\tand\u00a0others\n', 'tabs.and.others'],
    ['name.with.dots', 'name.with.dots'],
    ['name...with.many..dots', 'name.with.many.dots'],
    ['name-with-other-delimiters', 'namewithotherdelimiters'],
    ['.leading', 'leading'],
    ['trailing.', 'trailing'],
    [' . both . ', 'both'],
    ['üńïçödë wördś', 'unicode.words'],
    ['Gwasanaeth Ŵyl', 'gwasanaeth.wyl'],
    ['İstanbul', 'istanbul'],
    ['ＦＵＬＬ ｗｉｄｔｈ', 'full.width'],
    ['foo@bar, "baz" <x>', 'foobar.baz.x'],
    ['2 Many 4 You', '2.many.4.you'],
    ['中文', ''],
    ['- ! -', ''],
    ['', ''],
  ])('of %j is %j', (name, localPart) => {
    expect(toEmailLocalPart(name)).toBe(localPart);
  });

  test('is fit for an address, or empty, whatever the name', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: anyCharacter })), (name) => {
        const localPart = toEmailLocalPart(name);
        expect(localPart).toMatch(/^([a-z0-9]+(\.[a-z0-9]+)*)?$/);
        expect(toEmailLocalPart(localPart)).toBe(localPart);
      }),
    );
  });
});

test('a new service may do only what services can', () => {
  expect(newServicePermissions).toEqual(['sms', 'email', 'letter', 'international_sms', 'international_letters']);
  for (const permission of newServicePermissions) expect(servicePermissions).toContain(permission);
});
