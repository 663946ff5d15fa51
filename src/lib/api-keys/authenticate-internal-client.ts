import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { assertAlgorithm, assertClaims, keyNotFound, readBearerToken } from './bearer-token.ts';
import { hasSignature } from './json-web-token.ts';

/** The client that may call everything of the internal API (admin API sheet §1). */
export const adminClientId = 'notify-admin';

/**
 * Checks that a request comes from an internal client, in the sheet's order: any of the client's secrets may have signed,
 * so that they can be changed one after the other. Without a configured client, everything is refused.
 *
 * @throws AppError AUTH_MISSING (401) or AUTH_INVALID (403) with the message of the failed check
 */
export function authenticateInternalClient(
  { config, clock }: { readonly config: Pick<Config, 'internalClients'>; readonly clock: Clock },
  authorization: string | undefined,
  clientId: string = adminClientId,
): void {
  const { token, issuer } = readBearerToken(authorization);
  const { internalClients } = config;
  const secrets = Object.hasOwn(internalClients, clientId) ? internalClients[clientId]! : [];
  if (issuer !== clientId || secrets.length === 0) {
    throw new AppError('AUTH_MISSING', 'Unauthorized: not allowed to perform this action');
  }
  assertAlgorithm(token);
  // Every secret is tried, also after a match: the time taken must not tell which one it was.
  const matches = secrets.filter((secret) => hasSignature(token, secret));
  if (matches.length === 0) throw keyNotFound();
  assertClaims(token, clock.now());
}
