import type { Clock } from '../core/clock.ts';
import { isJsonObject, isRawJsonNumber, parseJson, type JsonValue } from '../core/json.ts';

/** A token of the print provider's API, kept as long as it is good. */
export interface PrintToken {
  get(): Promise<string>;
  /** The API did not take this one. */
  drop(jwt: string): void;
}

/** A token is renewed so long before its end: the way to the provider takes time, and clocks differ. */
const marginMs = 60_000;
/** Of a token that does not say when it ends. */
const usualMs = 5 * 60_000;

/** Whoever needs a token while it is asked for waits for the same answer. */
export function createPrintToken({
  clock,
  authenticate,
}: {
  readonly clock: Clock;
  readonly authenticate: () => Promise<string>;
}): PrintToken {
  let kept: { readonly jwt: string; readonly until: number } | null = null;
  let asking: Promise<string> | null = null;

  const ask = async (): Promise<string> => {
    const askedAt = clock.now().getTime();
    const jwt = await authenticate();
    kept = { jwt, until: (expiryOf(jwt) ?? askedAt + usualMs) - marginMs };
    return jwt;
  };

  return {
    async get() {
      if (kept !== null && clock.now().getTime() < kept.until) return kept.jwt;
      asking ??= ask().finally(() => (asking = null));
      return asking;
    },
    drop(jwt) {
      if (kept?.jwt === jwt) kept = null;
    },
  };
}

/** Milliseconds since 1970; null when it does not say. */
function expiryOf(jwt: string): number | null {
  let claims: JsonValue;
  try {
    claims = parseJson(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  const exp = isJsonObject(claims) ? claims['exp'] : null;
  const seconds = isRawJsonNumber(exp) ? Number(exp.rawJSON) : exp;
  return typeof seconds === 'number' ? seconds * 1000 : null;
}
