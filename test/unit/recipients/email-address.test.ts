import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  normaliseEmailAddress,
  toSmtpAddress,
  validateEmailAddress,
} from '../../../src/lib/recipients/email-address.ts';
import { stripRecipient } from '../../../src/lib/recipients/whitespace.ts';
import { readVectors } from './vector-file.ts';
import { expectLinearTime } from '../../support/processor-time.ts';

const label63 = 'd'.repeat(63);

/** An address of a given length whose domain is within its limits. */
const addressOf = (length: number) => `${'l'.repeat(length - '@example.com'.length)}@example.com`;

describe('addresses of the templating sheet §8', () => {
  test.each([
    ['M1', 'email@domain.com', 'email@domain.com'],
    ['M1', ' Email@Domain.COM ', 'Email@Domain.COM'],
    ['M2', '.a@b.co', '.a@b.co'],
    ['M2', 'a.@b.co', 'a.@b.co'],
    ['M3', "o'neil@b.com", "o'neil@b.com"],
    ['M3', 'a+b=c{}|~@b.com', 'a+b=c{}|~@b.com'],
    ['M4', 'a@b--c.co', 'a@b--c.co'],
    ['M4', 'email@double--hyphen.com', 'email@double--hyphen.com'],
    ['M5', 'a@例え.テスト', 'a@例え.テスト'],
    ['M5', 'a@xn--e1afmkfd.com', 'a@xn--e1afmkfd.com'],
    ['M6', addressOf(320), addressOf(320)],
    ['M6', `a@${label63}.com`, `a@${label63}.com`],
    ['M7', 'a\u200B@b.com', 'a@b.com'],
  ])('%s %j is valid', (_name, input, address) => {
    expect(validateEmailAddress(input)).toEqual({ ok: true, address });
  });

  test.each([
    ['M1', ['a@b', 'a@b.c', 'a@b.c0m', 'a@b.co.']],
    ['M2', ['a@b..co', 'two..in@b.co']],
    ['M3', ['o’neil@b.com', 'é@b.com', '"a"@b.com', 'a;b@c.co']],
    ['M4', ['a@b---c.co', 'a@-b.co', 'a@b-.co', 'a@b_c.com']],
    ['M5', ['x@xn---something.com', 'email@123.123.123.123']],
    ['M6', [addressOf(321), `a@${label63}d.com`, `a@${`${'d'.repeat(50)}.`.repeat(5)}com`, '']],
    ['M7', ['a b@c.com', 'Name <a@b.com>', 'a@b@c.com', '@b.com', 'b.com']],
  ])('%s %j are not valid', (_name, inputs) => {
    for (const input of inputs)
      expect(validateEmailAddress(input), input).toEqual({ ok: false, message: 'Not a valid email address' });
  });
});

describe('international domains', () => {
  test.each([
    ['mixed directions', 'a@אa.com'],
    ['right-to-left that ends in a digit', 'a@א1.com'],
    ['a private-use character', 'a@\uE000.com'],
    ['a lone surrogate', 'a@b\uD800.com'],
    ['a control', 'a@é\u0085.com'],
    ['an ideographic space', 'a@é\u3000.com'],
    ['an ACE prefix before other characters', 'a@xn--é.com'],
    ['a label of nothing but dropped characters', 'a@\u00AD.é.com'],
    ['an empty label', 'a@é。。com'],
  ])('%s is refused', (_why, input) => {
    expect(validateEmailAddress(input).ok).toBe(false);
  });

  test.each([
    ['føøøø@bååååår.com', 'føøøø@xn--br-yiaaaaa.com'],
    ['a@BÜCHER.example', 'a@xn--bcher-kva.example'],
    ['a@straße.de', 'a@strasse.de'],
    ['a@ΣΑΣ.gr', 'a@xn--mxa9ab.gr'],
    ['a@ex。com', 'a@ex.com'],
    ['a@例え.テスト', 'a@xn--r8jz45g.xn--zckzah'],
    ['a@Ｅｘ.ℂom', 'a@ex.com'],
    ['a@so\u00ADft.com', 'a@soft.com'],
    ['a@אב.com', 'a@xn--4dbc.com'],
    ['A@Example.COM', 'A@Example.COM'],
    ['a@xn--é.com', 'a@xn--é.com'],
    ['nobody', 'nobody'],
  ])('%j is sent to %j', (address, expected) => {
    expect(toSmtpAddress(address)).toBe(expected);
  });
});

interface Expected {
  ok: boolean;
  normalised?: string;
  cleaned?: string;
  error?: string;
  csv_error: string | null;
  v2_error?: unknown;
}

test.each(readVectors<{ recipient: string }, Expected>('recipients-email.jsonl'))(
  'reference: $input.recipient',
  ({ input, expected: { v2_error: _, ...expected } }) => {
    const result = validateEmailAddress(input.recipient);
    const csv_error = result.ok ? null : stripRecipient(input.recipient) === '' ? 'Missing' : result.message;
    expect(
      result.ok
        ? { ok: true, normalised: normaliseEmailAddress(result.address), cleaned: result.address, csv_error }
        : { ok: false, error: result.message, csv_error },
    ).toEqual(expected);
  },
);

describe('properties', () => {
  const unit = fc.oneof(
    fc.constantFrom(...'aZ9.@-_ \t\u200B\u00A0éßИאع例\uD800\uDC00ﬁ。\u0307İΣ'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  const text = fc.array(unit, { maxLength: 40 }).map((units) => units.join(''));
  const addressLike = fc.tuple(text, text).map(([local, domain]) => `${local}@${domain}.com`);

  test('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.oneof(text, addressLike), (input) => {
        validateEmailAddress(input);
        normaliseEmailAddress(input);
        toSmtpAddress(input);
      }),
    );
  });

  test('normalising again changes nothing, and a cleaned address stays valid', () => {
    fc.assert(
      fc.property(addressLike, (input) => {
        const once = normaliseEmailAddress(input);
        expect(normaliseEmailAddress(once)).toBe(once);
        const result = validateEmailAddress(input);
        if (result.ok) expect(validateEmailAddress(result.address)).toEqual(result);
      }),
    );
  });

  test.each(['a', '@', '.', ' ', '\u200B', 'é', 'א', '\uD800', '-', 'a@', 'a.é@'])(
    'a hundred thousand of %j takes no longer than its length',
    (part) => {
      expectLinearTime((size) => {
        validateEmailAddress(part.repeat(size));
        validateEmailAddress(`a@${part.repeat(size)}.com`);
        toSmtpAddress(`a@${part.repeat(size)}.com`);
      }, 100_000);
    },
  );
});
