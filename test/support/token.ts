import { createHmac } from 'node:crypto';

/** A token as the official clients make it, from the text of an API key. */
export function signToken(
  apiKey: string,
  { issuedAt = Math.floor(Date.now() / 1000), claims = {} }: { issuedAt?: number; claims?: object } = {},
): string {
  const secret = apiKey.slice(-36);
  const serviceId = apiKey.slice(-73, -37);
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ iss: serviceId, iat: issuedAt, ...claims })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
