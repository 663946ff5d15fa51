import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import type { ApiKey } from './api-key.ts';
import { expireApiKey, findApiKey } from './api-key-repository.ts';

/**
 * Revokes a key for good. Doing it again changes nothing.
 *
 * @throws AppError NOT_FOUND
 */
export async function revokeApiKey(
  { db, clock }: { db: Database; clock: Clock },
  input: { apiKeyId: string },
): Promise<{ apiKey: ApiKey; alreadyRevoked: boolean }> {
  return db.transaction(async (tx) => {
    const existing = await findApiKey(tx, input.apiKeyId);
    if (existing === null) throw new AppError('NOT_FOUND', `No API key has the id '${input.apiKeyId}'`);
    if (existing.expiryDate !== null) return { apiKey: existing, alreadyRevoked: true };
    return { apiKey: (await expireApiKey(tx, existing.id, clock.now()))!, alreadyRevoked: false };
  });
}
