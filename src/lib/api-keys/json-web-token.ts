import { isUtf8 } from 'node:buffer';
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';

/** A token taken apart; nothing in it is trusted yet. */
export interface DecodedToken {
  /** The whole token. */
  readonly text: string;
  readonly header: JsonObject;
  readonly payload: JsonObject;
  /** `header.payload`, the bytes that are signed. */
  readonly signedText: string;
  readonly signature: Buffer;
}

// With or without padding; four characters are three bytes, and a single one left over is none.
const segment = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?={0,2}$/;

/** Takes a JWT apart, or returns null when it is none: three base64url parts, the first two JSON objects. */
export function decodeToken(token: string): DecodedToken | null {
  const parts = token.split('.');
  const [headerPart, payloadPart, signaturePart] = parts;
  if (parts.length !== 3 || headerPart === undefined || payloadPart === undefined || signaturePart === undefined)
    return null;
  if (![headerPart, payloadPart, signaturePart].every((part) => segment.test(part))) return null;
  const header = decodeObject(headerPart);
  const payload = decodeObject(payloadPart);
  if (header === null || payload === null) return null;
  // No extension is known here, so any critical one is unknown (RFC 7515 §4.1.11).
  if (header['crit'] !== undefined || (header['kid'] !== undefined && typeof header['kid'] !== 'string')) return null;
  return {
    text: token,
    header,
    payload,
    signedText: `${headerPart}.${payloadPart}`,
    signature: Buffer.from(signaturePart, 'base64url'),
  };
}

/** True when the HMAC-SHA256 of the signed text under `secret` equals the signature; compared in constant time. */
export function hasSignature({ signedText, signature }: DecodedToken, secret: KeyObject | string): boolean {
  const expected = createHmac('sha256', secret).update(signedText).digest();
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

export type ClaimsProblem = 'clock' | 'unusable' | 'malformed';

const toleranceSeconds = 30;

/**
 * Checks the claims of a token whose signature is right (public API sheet §2, rows 11 to 13, in their order): `clock` =
 * issued or valid outside ±30 s, `unusable` = no `iat`, `malformed` = another claim that no Notify client sends. Null =
 * good.
 */
export function checkClaims(payload: JsonObject, nowMs: number): ClaimsProblem | null {
  const { iat, nbf, exp, aud, sub, jti } = payload;
  const now = Math.floor(nowMs / 1000);
  const issuedAt = seconds(iat);
  const notBefore = seconds(nbf);
  const expires = seconds(exp);
  if (iat !== undefined && (issuedAt === null || Math.abs(now - issuedAt) > toleranceSeconds)) return 'clock';
  if (notBefore !== null && notBefore > now + toleranceSeconds) return 'clock';
  if (iat === undefined) return 'unusable';
  if ((nbf !== undefined && notBefore === null) || (exp !== undefined && expires === null)) return 'unusable';
  if (expires !== null && expires < now - toleranceSeconds) return 'malformed';
  const isTextOrAbsent = (claim: JsonValue | undefined): boolean => claim === undefined || typeof claim === 'string';
  return isEmpty(aud) && isTextOrAbsent(sub) && isTextOrAbsent(jti) ? null : 'malformed';
}

function isEmpty(audience: JsonValue | undefined): boolean {
  if (typeof audience !== 'object' || audience === null) return !audience;
  return Object.keys(audience).length === 0;
}

/** Whole seconds of a number or a numeric text; null for anything else. */
function seconds(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : null;
  return typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : null;
}

function decodeObject(part: string): JsonObject | null {
  try {
    const bytes = Buffer.from(part, 'base64url');
    if (!isUtf8(bytes)) return null;
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
