/** Tokens with broken parts, forbidden algorithms and impossible claims. */
import { createHmac } from 'node:crypto';
import type { Random } from './random.ts';

export interface Signer {
  readonly key: string;
  /** Seconds since 1970. */
  readonly now: number;
}

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

function sign(key: string, header: unknown, payload: unknown): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac('sha256', key.slice(-36)).update(signed).digest('base64url')}`;
}

const goodHeader = { alg: 'HS256', typ: 'JWT' };

/** The token that an official client would send. */
export function goodToken({ key, now }: Signer): string {
  return sign(key, goodHeader, { iss: key.slice(-73, -37), iat: now });
}

const oddJwtHeaders: readonly unknown[] = [
  { alg: 'none' },
  { alg: 'None', typ: 'JWT' },
  { alg: 'RS256', typ: 'JWT' },
  { alg: 'HS512' },
  { alg: null },
  { alg: ['HS256'] },
  { alg: { toString: 1 } },
  {},
  [],
  null,
  5,
  'HS256',
  '{"alg":"HS256"',
  '{"alg":"RS256","alg":"HS256"}',
  { alg: 'HS256', kid: 5 },
  { alg: 'HS256', kid: '../../key' },
  { alg: 'HS256', crit: ['x'] },
  { alg: 'HS256', jwk: {} },
  { alg: 'HS256', zip: 'DEF' },
];

function oddPayloads(now: number, iss: string): readonly unknown[] {
  return [
    null,
    [],
    'text',
    '"text"',
    '5',
    '{"iss":',
    '['.repeat(2000),
    {},
    { iss },
    { iat: now },
    { iss, iat: null },
    { iss, iat: 'now' },
    { iss, iat: [] },
    { iss, iat: {} },
    { iss, iat: -1 },
    { iss, iat: 1e300 },
    `{"iss":"${iss}","iat":1e400}`,
    { iss, iat: now - 31 },
    { iss, iat: now + 31 },
    { iss, iat: now, nbf: 'x' },
    { iss, iat: now, exp: [] },
    { iss, iat: now, exp: 0 },
    { iss, iat: now, aud: ['x'] },
    { iss, iat: now, sub: 5, jti: {} },
    { iss: null, iat: now },
    { iss: [iss], iat: now },
    { iss: { toString: iss }, iat: now },
    { iss: 'x', iat: now },
    { iss: '\0', iat: now },
    { iss: `${iss}\0`, iat: now },
    { iss: '\ud800', iat: now },
    { iss: 'x'.repeat(2000), iat: now },
    { iss: '019cd000-0000-7000-8000-000000000000', iat: now },
    { iss: `{${iss}}`, iat: String(now) },
  ];
}

function oddToken(random: Random, { key, now }: Signer): string {
  const iss = key.slice(-73, -37);
  const good = goodToken({ key, now });
  const [header, payload, signature] = good.split('.') as [string, string, string];
  const made: readonly (() => string)[] = [
    () => sign(key, random.pick(oddJwtHeaders), { iss, iat: now }),
    () => sign(key, goodHeader, random.pick(oddPayloads(now, iss))),
    () => sign(key, random.pick(oddJwtHeaders), random.pick(oddPayloads(now, iss))),
    () => sign('x'.repeat(36), goodHeader, { iss, iat: now }),
    () => `${header}.${payload}.`,
    () => `${header}.${payload}`,
    () => `${good}.x`,
    () => `${good}.${signature}.${signature}`,
    () => `.${payload}.${signature}`,
    () => `${header}..${signature}`,
    () => '..',
    () => '.',
    () => `${header}.${payload}.${signature.slice(0, -2)}`,
    () => `${header}.${payload}.${signature}==`,
    () => `${header}.${payload}.${signature.replaceAll('-', '+')}`,
    () => `${header}.${payload}.${'A'.repeat(2000)}`,
    () => `${header}.${'A'.repeat(3000)}.${signature}`,
    () => `${header}.${'%'.repeat(40)}.${signature}`,
    () => good.slice(0, random.integer(good.length)),
    () => good.toUpperCase(),
    () => `${'A'.repeat(random.pick([4096, 5000, 40_000]))}.${payload}.${signature}`,
    () => Array.from({ length: 60 }, () => String.fromCharCode(33 + random.integer(94))).join(''),
  ];
  return random.pick(made)();
}

/** Values of `Authorization`: mostly one, sometimes none or several. */
export function oddAuthorization(random: Random, signer: Signer): readonly string[] {
  return random.chance(0.5) ? [`Bearer ${oddToken(random, signer)}`] : random.pick(authorizations(signer));
}

function authorizations(signer: Signer): readonly (readonly string[])[] {
  const good = goodToken(signer);
  return [
    [],
    [''],
    [' '],
    ['Bearer'],
    ['Bearer '],
    [`Bearer${good}`],
    [`Bearer  ${good}`],
    [`Bearer\t${good}`],
    [`Basic ${Buffer.from('a:b').toString('base64')}`],
    [`Token ${good}`],
    [good],
    [`Bearer ${good}, Bearer ${good}`],
    ['Bearer x', `Bearer ${good}`],
    [`Bearer ${good}`, 'Bearer x'],
    [`Bearer ${good} trailing`],
    ['Bearer \xe9\xff'],
    ['Bearer null'],
    [`bEaReR ${good}`],
    [signer.key],
  ];
}
