import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import type { ApiKey } from './api-key.ts';
import { expireApiKey, findApiKey } from './api-key-repository.ts';

export interface RevokeApiKeyInput {
  readonly apiKeyId: string;
  /** The key must be of this service. */
  readonly serviceId?: string;
  /** Who is noted as the author of the revocation; without it, whoever made the key. */
  readonly revokedById?: string;
}

/**
 * Revokes a key for good. Doing it again changes nothing.
 *
 * @throws AppError NOT_FOUND
 */
export async function revokeApiKey(
  { db, clock }: { db: Database; clock: Clock },
  { apiKeyId, serviceId, revokedById }: RevokeApiKeyInput,
): Promise<{ apiKey: ApiKey; alreadyRevoked: boolean }> {
  return db.transaction(async (tx) => {
    const existing = await findApiKey(tx, apiKeyId);
    if (existing === null || (serviceId ?? existing.serviceId) !== existing.serviceId)
      throw new AppError('NOT_FOUND', `No API key has the id '${apiKeyId}'`);
    if (existing.expiryDate !== null) return { apiKey: existing, alreadyRevoked: true };
    const expired = await expireApiKey(tx, existing.id, clock.now(), revokedById ?? existing.createdById);
    return { apiKey: expired!, alreadyRevoked: false };
  });
}
