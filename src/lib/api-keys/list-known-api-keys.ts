import type { Clock } from '../core/clock.ts';
import type { Queryable } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { showApiKeyHistory, type ApiKeyVersion } from './show-api-key-history.ts';

const dayMs = 24 * 60 * 60 * 1000;

/**
 * The valid keys of a service, and those that were revoked within seven days (admin API sheet §4.2), with the number of
 * their version; never their secrets.
 *
 * @throws AppError NOT_FOUND
 */
export async function listKnownApiKeys(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  { serviceId }: { readonly serviceId: string },
): Promise<ApiKeyVersion[]> {
  await requireService({ db }, serviceId);
  const newest = new Map<string, ApiKeyVersion>();
  for (const version of await showApiKeyHistory({ db }, { serviceId })) {
    if (version.version > (newest.get(version.id)?.version ?? 0)) newest.set(version.id, version);
  }
  const revokedSince = clock.now().getTime() - 7 * dayMs;
  return [...newest.values()]
    .filter(({ expiryDate }) => expiryDate === null || expiryDate.getTime() > revokedSince)
    .sort((left, right) => left.createdAt.getTime() - right.createdAt.getTime());
}
