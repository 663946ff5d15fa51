import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkClaims, decodeToken, hasSignature } from '../../../src/lib/api-keys/json-web-token.ts';
import type { JsonObject } from '../../../src/lib/core/json.ts';

const secret = '3e0f9ac2-2bb4-4d19-9f3c-9a6ffb1c3c6e';
const encode = (text: string | Buffer): string => Buffer.from(text).toString('base64url');

function tokenOf(header: string, payload: string, key = secret): string {
  const signedText = `${encode(header)}.${encode(payload)}`;
  return `${signedText}.${createHmac('sha256', key).update(signedText).digest('base64url')}`;
}

const header = '{"typ":"JWT","alg":"HS256"}';
const payload = '{"iss":"s","iat":1}';
const good = tokenOf(header, payload);
const [headerPart, payloadPart, signaturePart] = good.split('.') as [string, string, string];

describe('a token', () => {
  test('is taken apart', () => {
    const token = decodeToken(good)!;
    expect(token).toMatchObject({
      header: { typ: 'JWT', alg: 'HS256' },
      payload: { iss: 's', iat: 1 },
      signedText: `${headerPart}.${payloadPart}`,
    });
    expect(token.signature).toHaveLength(32);
  });

  // Vectors of RFC 7515, appendix A.1: white space and all.
  test('of the standard has the signature of the standard', () => {
    const token = decodeToken(
      'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9' +
        '.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ' +
        '.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    )!;
    expect(token.payload).toEqual({ iss: 'joe', exp: 1300819380, 'http://example.com/is_root': true });
    const expected = createHmac(
      'sha256',
      Buffer.from(
        'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
        'base64url',
      ),
    )
      .update(token.signedText)
      .digest();
    expect(token.signature.equals(expected)).toBe(true);
  });

  test.each([
    ['without a type', '{"alg":"HS256"}'],
    ['of another type', '{"typ":1,"alg":"HS256"}'],
    ['with another algorithm', '{"alg":"RS256"}'],
    ['with no algorithm', '{"alg":"none"}'],
    ['without an algorithm', '{}'],
    ['with a key id', '{"alg":"HS256","kid":"k"}'],
    ['with unknown members', '{"alg":"HS256","x":[1]}'],
  ])('%s is decoded: what it says is judged later', (_name, text) => {
    expect(decodeToken(tokenOf(text, payload))).not.toBeNull();
  });

  test('may be padded, and may lack a signature', () => {
    const padded = [headerPart, payloadPart, signaturePart].map((part) => part.padEnd(part.length + 2, '=')).join('.');
    expect(decodeToken(padded)?.payload).toEqual({ iss: 's', iat: 1 });
    expect(decodeToken(`${headerPart}.${payloadPart}.`)?.signature).toHaveLength(0);
  });

  test.each([
    ['empty', ''],
    ['of one part', 'token'],
    ['of two parts', `${headerPart}.${payloadPart}`],
    ['of four parts', `${good}.x`],
    ['of empty parts', '..'],
    ['with white space inside', `${headerPart}. ${payloadPart}.${signaturePart}`],
    ['with white space after it', `${good}\n`],
    ['in the other base64', `${headerPart}.${encode('{"a":"???>>>"}')}+/.${signaturePart}`],
    ['with an impossible length of a part', `${headerPart}.${payloadPart}A.${'A'.repeat(45)}`],
    ['with padding inside', `${headerPart}.${payloadPart}=A.${signaturePart}`],
    ['with a header that is not JSON', tokenOf('{', payload)],
    ['with a payload that is not JSON', tokenOf(header, "{'iss':'s'}")],
    ['with an empty payload', tokenOf(header, '')],
    ['with a payload that is not UTF-8', `${headerPart}.${encode(Buffer.from('{"a":"\xff"}', 'latin1'))}.x`],
    ['with a header that is a list', tokenOf('[]', payload)],
    ['with a payload that is a list', tokenOf(header, '[{"iss":"s"}]')],
    ['with a payload that is null', tokenOf(header, 'null')],
    ['with a payload that is a text', tokenOf(header, '"iss"')],
    ['with a payload that is a number', tokenOf(header, '1.0')],
    ['with a critical extension', tokenOf('{"alg":"HS256","crit":["exp"]}', payload)],
    ['with an odd list of critical extensions', tokenOf('{"alg":"HS256","crit":null}', payload)],
    ['with a key id that is a number', tokenOf('{"alg":"HS256","kid":1}', payload)],
    ['with a key id that is null', tokenOf('{"alg":"HS256","kid":null}', payload)],
  ])('%s is none', (_name, text) => {
    expect(decodeToken(text)).toBeNull();
  });

  test('is looked for in any text without throwing', () => {
    const part = fc.oneof(fc.base64String(), fc.json().map(encode), fc.string());
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const token = decodeToken(parts.join('.'));
        if (token !== null) expect(Array.isArray(token.payload)).toBe(false);
      }),
    );
  });
});

describe('the signature', () => {
  test('is right under the secret it was made with, and under no other', () => {
    const token = decodeToken(good)!;
    expect(hasSignature(token, secret)).toBe(true);
    for (const other of ['', secret.toUpperCase(), `${secret} `, secret.slice(1)])
      expect(hasSignature(token, other)).toBe(false);
  });

  test('signs every character of header and payload', () => {
    const other = decodeToken(`${encode('{"alg": "HS256"}')}.${payloadPart}.${signaturePart}`)!;
    expect(hasSignature(other, secret)).toBe(false);
    const padded = decodeToken(`${headerPart}.${payloadPart}=.${signaturePart}`)!;
    expect(hasSignature(padded, secret)).toBe(false);
  });

  test.each(['', 'AAAA', signaturePart.slice(0, -4), `${signaturePart.slice(0, -1)}A`, `${signaturePart}AAAAA`])(
    'is not %j',
    (signature) => {
      expect(hasSignature(decodeToken(`${headerPart}.${payloadPart}.${signature}`)!, secret)).toBe(false);
    },
  );
});

describe('the claims', () => {
  const now = 1_774_785_600;
  const clocks = [now * 1000, now * 1000 + 999];
  const check = (claims: JsonObject): (string | null)[] => clocks.map((nowMs) => checkClaims(claims, nowMs));

  test.each<[string, JsonObject, 'clock' | 'unusable' | 'malformed' | null]>([
    ['issued now', { iat: now }, null],
    ['issued 30 s ago', { iat: now - 30 }, null],
    ['issued 31 s ago', { iat: now - 31 }, 'clock'],
    ['issued in 30 s', { iat: now + 30 }, null],
    ['issued in 31 s', { iat: now + 31 }, 'clock'],
    ['issued 30 s ago, a fraction after', { iat: now - 30 + 0.1 }, null],
    ['issued a fraction less than 30 s ago', { iat: now - 30.9 + 0.9 }, null],
    ['issued in 30 s and a fraction', { iat: now + 30.9 }, null],
    ['issued 30 s and a fraction ago', { iat: now - 30.1 }, 'clock'],
    ['issued at a numeric text', { iat: String(now) }, null],
    ['issued at a numeric text with a sign and blanks', { iat: ` +${now} ` }, null],
    ['issued at an old numeric text', { iat: String(now - 31) }, 'clock'],
    ['issued at a text with a fraction', { iat: `${now}.0` }, 'clock'],
    ['issued at another text', { iat: 'now' }, 'clock'],
    ['issued at an empty text', { iat: '' }, 'clock'],
    ['issued at null', { iat: null }, 'clock'],
    ['issued at a list', { iat: [now] }, 'clock'],
    ['issued at an object', { iat: {} }, 'clock'],
    ['issued at true', { iat: true }, 'clock'],
    ['issued in infinity', { iat: JSON.parse('1e400') as number }, 'clock'],
    ['issued infinitely long ago', { iat: JSON.parse('-1e400') as number }, 'clock'],
    ['issued in milliseconds', { iat: now * 1000 }, 'clock'],
    ['not issued', {}, 'unusable'],

    ['valid in 30 s', { iat: now, nbf: now + 30 }, null],
    ['valid in 31 s', { iat: now, nbf: now + 31 }, 'clock'],
    ['valid for long', { iat: now, nbf: 0 }, null],
    ['valid from a text', { iat: now, nbf: 'x' }, 'unusable'],
    ['valid in 31 s and not issued', { nbf: now + 31 }, 'clock'],

    ['expired for 30 s', { iat: now, exp: now - 30 }, null],
    ['expired for 31 s', { iat: now, exp: now - 31 }, 'malformed'],
    ['expired for 31 s as a text', { iat: now, exp: String(now - 31) }, 'malformed'],
    ['expiring', { iat: now, exp: now + 60 }, null],
    ['expiring at a text', { iat: now, exp: 'x' }, 'unusable'],
    ['expiring at null', { iat: now, exp: null }, 'unusable'],
    ['expired and not issued', { exp: 0 }, 'unusable'],
    ['expired and issued too early', { iat: 0, exp: 0 }, 'clock'],
    ['expired and valid later', { iat: now, exp: 'x', nbf: now + 31 }, 'clock'],

    ['for an audience', { iat: now, aud: 'x' }, 'malformed'],
    ['for a list of audiences', { iat: now, aud: ['x'] }, 'malformed'],
    ['for a list with nothing', { iat: now, aud: [''] }, 'malformed'],
    ['for an odd audience', { iat: now, aud: 1 }, 'malformed'],
    ['for no audience', { iat: now, aud: '' }, null],
    ['for an empty list', { iat: now, aud: [] }, null],
    ['for an empty object', { iat: now, aud: {} }, null],
    ['for null', { iat: now, aud: null }, null],

    ['with a subject', { iat: now, sub: 'x' }, null],
    ['with a numeric subject', { iat: now, sub: 1 }, 'malformed'],
    ['with a null subject', { iat: now, sub: null }, 'malformed'],
    ['with an id', { iat: now, jti: '' }, null],
    ['with a numeric id', { iat: now, jti: 1 }, 'malformed'],
    ['with a null id', { iat: now, jti: null }, 'malformed'],
    ['with anything else', { iat: now, iss: 1, req: null, scope: ['x'] }, null],
  ])('%s', (_name, claims, problem) => {
    expect(check(claims)).toEqual([problem, problem]);
  });
});
