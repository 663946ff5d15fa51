import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { given } from '../core/given.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { nestedDatabase } from '../db/nested-database.ts';
import { apiKeySecretContext, type KeyType } from './api-key.ts';
import { lockApiKey, updateApiKey } from './api-key-repository.ts';
import { createApiKey } from './create-api-key.ts';

export interface SaveApiKeyInput {
  id: string;
  serviceId: string;
  name: string;
  keyType: KeyType;
  secret: string;
}

/**
 * Makes a key with this id and this secret, or changes the one there is, as a new version. A revoked one stays so.
 *
 * @throws AppError NOT_FOUND for an unknown service; REFUSED for an archived one; CONFLICT for an id of another service's
 *   key, and for a name or secret that another key has
 */
export async function saveApiKey(
  deps: { db: Database; clock: Clock; ids: Ids; secretBox: SecretBox },
  input: SaveApiKeyInput,
): Promise<'created' | 'changed' | 'unchanged' | 'gone'> {
  const { db, clock, secretBox } = deps;
  const { id, serviceId, keyType, secret } = input;
  const name = input.name.trim();
  try {
    return await db.transaction(async (tx) => {
      const existing = await lockApiKey(tx, id);
      if (existing === null) {
        await createApiKey({ ...deps, db: nestedDatabase(tx) }, { id, serviceId, name, keyType, secret });
        return 'created';
      }
      if (existing.serviceId !== serviceId) throw new AppError('CONFLICT', `The id '${id}' is another service's key`);
      if (existing.expiryDate !== null) return 'gone';
      const isSameSecret = isEqual(secretBox.open(existing.sealedSecret, apiKeySecretContext), secret);
      const changes = given({
        name: existing.name === name ? undefined : name,
        key_type: existing.keyType === keyType ? undefined : keyType,
        secret: isSameSecret ? undefined : secretBox.seal(secret, apiKeySecretContext),
        secret_digest: isSameSecret ? undefined : secretBox.digest(secret, apiKeySecretContext),
      });
      if (Object.keys(changes).length === 0) return 'unchanged';
      await updateApiKey(tx, id, changes, clock.now());
      return 'changed';
    });
  } catch (error) {
    if (violatedConstraint(error) === null) throw error;
    throw new AppError('CONFLICT', 'Another key has this name or secret', { cause: error });
  }
}

function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
