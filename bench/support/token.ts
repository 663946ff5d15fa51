import { createHmac } from 'node:crypto';

/** A token as the official clients make them: every one of the same second is the same. */
export function signToken(serviceId: string, secret: string, nowMs: number): string {
  const header = encode({ typ: 'JWT', alg: 'HS256' });
  const payload = encode({ iss: serviceId, iat: Math.floor(nowMs / 1000) });
  const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${signature}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
