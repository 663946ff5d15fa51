import { createSecretKey, type KeyObject } from 'node:crypto';
import type { ServiceCache } from '../cache/service-cache.ts';
import type { Clock } from '../core/clock.ts';
import { parseUuid } from '../core/ids.ts';
import { utcMidnight } from '../core/london-time.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { findServiceForAuthentication } from '../services/find-service.ts';
import type { Service } from '../services/service.ts';
import { apiKeySecretContext, type ApiKey } from './api-key.ts';
import { findServiceKeys } from './api-key-repository.ts';
import { assertAlgorithm, assertClaims, keyNotFound, readBearerToken, refused } from './bearer-token.ts';
import { hasSignature, type DecodedToken } from './json-web-token.ts';

export interface AuthenticatedService {
  readonly service: Service;
  readonly apiKey: ApiKey;
}

export interface AuthenticationDeps {
  readonly db: Database;
  readonly cache: ServiceCache;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
}

interface UsableKey {
  readonly apiKey: ApiKey;
  readonly secret: KeyObject;
}

const tokensRemembered = 200;
/** A key revoked at any time of a day is known as revoked for seven days from the midnight before. */
const revokedKeysKnownForDays = 7;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Finds the service and key behind an `Authorization` header (public API sheet §2). The checks run in the sheet's order,
 * because clients see which one failed first.
 *
 * @throws AppError AUTH_MISSING (401) or AUTH_INVALID (403) with the message of the failed row
 */
export async function authenticateService(
  deps: AuthenticationDeps,
  authorization: string | undefined,
): Promise<AuthenticatedService> {
  const { token, issuer } = readBearerToken(authorization);
  const serviceId = parseUuid(issuer);
  if (serviceId === null) throw refused('Invalid token: service id is not the right data type');

  const service = await findServiceForAuthentication(deps, serviceId);
  if (service === null) throw refused('Invalid token: service not found');
  const now = deps.clock.now();
  const keys = await findUsableKeys(deps, serviceId, now);
  if (keys.length === 0) throw refused('Invalid token: service has no API keys');
  if (!service.active) throw refused('Invalid token: service is archived');
  assertAlgorithm(token);
  const match = await findSigningKey(deps, { serviceId, token, keys });
  if (match === null) throw keyNotFound();

  assertClaims(token, now);
  const { apiKey } = match;
  if (apiKey.expiryDate !== null) throw refused('Invalid token: API key revoked');
  return { service, apiKey };
}

/** The keys that the service has, and those revoked so lately that they are still known. */
async function findUsableKeys(
  { db, cache, secretBox }: AuthenticationDeps,
  serviceId: string,
  now: Date,
): Promise<UsableKey[]> {
  // Today is the last of those days for keys revoked six days ago.
  const revokedSince = new Date(utcMidnight(now).getTime() - (revokedKeysKnownForDays - 1) * dayMs);
  const keys = await cache.read(serviceId, 'api keys', async () => {
    const stored = await findServiceKeys(db, serviceId, revokedSince);
    return stored.map(({ sealedSecret, ...apiKey }) => ({
      apiKey,
      secret: createSecretKey(secretBox.open(sealedSecret, apiKeySecretContext), 'utf8'),
    }));
  });
  // What is remembered may have been read yesterday.
  return keys.filter(({ apiKey }) => apiKey.expiryDate === null || apiKey.expiryDate >= revokedSince);
}

/**
 * The key that a token was signed with. A client's requests of one second carry the same token: what it was signed with is
 * remembered, until something of the service changes.
 */
async function findSigningKey(
  { cache }: AuthenticationDeps,
  { serviceId, token, keys }: { serviceId: string; token: DecodedToken; keys: readonly UsableKey[] },
): Promise<UsableKey | null> {
  const known = await cache.read(serviceId, 'tokens', async () => new Map<string, UsableKey>());
  const remembered = known.get(token.text);
  if (remembered !== undefined && keys.includes(remembered)) return remembered;
  // Every key is tried, also after a match: the time taken must not tell which one it was.
  const [match] = keys.filter(({ secret }) => hasSignature(token, secret));
  if (match === undefined) return null;
  if (known.size >= tokensRemembered) known.clear();
  known.set(token.text, match);
  return match;
}
