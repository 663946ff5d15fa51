import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { parseUuid } from '../core/ids.ts';
import { utcMidnight } from '../core/london-time.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { findServiceForAuthentication } from '../services/find-service.ts';
import type { Service } from '../services/service.ts';
import { apiKeySecretContext, type ApiKey } from './api-key.ts';
import { findServiceKeys } from './api-key-repository.ts';
import { checkClaims, decodeToken, hasSignature } from './json-web-token.ts';

export interface AuthenticatedService {
  readonly service: Service;
  readonly apiKey: ApiKey;
}

const maxHeaderLength = 4096;
/** A key revoked at any time of a day is known as revoked for seven days from the midnight before. */
const revokedKeysKnownForDays = 7;
const dayMs = 24 * 60 * 60 * 1000;

const generalMessage =
  'Invalid token: make sure your API token matches the example at https://docs.notifications.service.gov.uk/rest-api.html#authorisation-header';

/**
 * Finds the service and key behind an `Authorization` header (public API sheet §2). The checks run in the sheet's order,
 * because clients see which one failed first.
 *
 * @throws AppError AUTH_MISSING (401) or AUTH_INVALID (403) with the message of the failed row
 */
export async function authenticateService(
  { db, clock, secretBox }: { db: Database; clock: Clock; secretBox: SecretBox },
  authorization: string | undefined,
): Promise<AuthenticatedService> {
  if (authorization === undefined || authorization === '') {
    throw new AppError('AUTH_MISSING', 'Unauthorized: authentication token must be provided');
  }
  if (authorization.slice(0, 7).toLowerCase() !== 'bearer ') {
    throw new AppError('AUTH_MISSING', 'Unauthorized: authentication bearer scheme must be used');
  }
  const token = authorization.length > maxHeaderLength ? null : decodeToken(authorization.slice(7).trim());
  if (token === null) throw refused(generalMessage);

  const issuer = token.payload['iss'];
  if (issuer === undefined) throw refused('Invalid token: iss field not provided');
  const serviceId = parseUuid(issuer);
  if (serviceId === null) throw refused('Invalid token: service id is not the right data type');

  const service = await findServiceForAuthentication({ db }, serviceId);
  if (service === null) throw refused('Invalid token: service not found');
  const now = clock.now();
  // Today is the last of those days for keys revoked six days ago.
  const revokedSince = new Date(utcMidnight(now).getTime() - (revokedKeysKnownForDays - 1) * dayMs);
  const keys = await findServiceKeys(db, serviceId, revokedSince);
  if (keys.length === 0) throw refused('Invalid token: service has no API keys');
  if (!service.active) throw refused('Invalid token: service is archived');
  if (token.header['alg'] !== 'HS256') throw refused('Invalid token: algorithm used is not HS256');

  // Every key is tried, also after a match: the time taken must not tell which one it was.
  const matching = keys.filter((key) => hasSignature(token, secretBox.open(key.sealedSecret, apiKeySecretContext)));
  const [key] = matching;
  if (key === undefined) throw refused('Invalid token: API key not found');

  switch (checkClaims(token.payload, now.getTime())) {
    case 'clock':
      throw refused('Error: Your system clock must be accurate to within 30 seconds');
    case 'unusable':
      throw refused('Invalid token: API key not found');
    case 'malformed':
      throw refused(generalMessage);
    case null:
  }
  if (key.expiryDate !== null) throw refused('Invalid token: API key revoked');
  return { service, apiKey: key };
}

function refused(message: string): AppError {
  return new AppError('AUTH_INVALID', message);
}
