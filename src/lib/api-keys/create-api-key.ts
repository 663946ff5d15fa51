import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { systemUserId } from '../users/user.ts';
import { apiKeySecretContext, formatApiKey, type ApiKey, type KeyType } from './api-key.ts';
import { insertApiKey } from './api-key-repository.ts';

export interface CreateApiKeyInput {
  serviceId: string;
  name: string;
  keyType: KeyType;
  /** For demo and seed services, whose keys are given. */
  id?: string;
  secret?: string;
  createdById?: string;
}

/**
 * Creates a key and returns it with its full text, which is never shown again: only the encrypted secret is stored.
 *
 * @throws AppError NOT_FOUND for an unknown service; REFUSED for an archived one; CONFLICT when a valid key of the
 *   service has this name; USAGE_INVALID for an empty or too long name
 */
export async function createApiKey(
  { db, clock, ids, secretBox }: { db: Database; clock: Clock; ids: Ids; secretBox: SecretBox },
  input: CreateApiKeyInput,
): Promise<{ apiKey: ApiKey; text: string }> {
  const name = input.name.trim();
  if (name.length === 0 || name.length > 255) {
    throw new AppError('USAGE_INVALID', `'${input.name}' cannot be the name of a key: expected 1 to 255 characters`);
  }
  const service = await requireService({ db }, input.serviceId);
  if (!service.active) throw new AppError('REFUSED', `Service '${service.name}' is archived`);
  const secret = input.secret ?? ids.secret();
  try {
    const apiKey = await db.transaction((tx) =>
      insertApiKey(tx, {
        id: input.id ?? ids.uuid(),
        name,
        secret: secretBox.seal(secret, apiKeySecretContext),
        secret_digest: secretBox.digest(secret, apiKeySecretContext),
        service_id: service.id,
        key_type: input.keyType,
        expiry_date: null,
        created_by_id: input.createdById ?? systemUserId,
        created_at: clock.now(),
      }),
    );
    return { apiKey, text: formatApiKey(name, service.id, secret) };
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === null) throw error;
    const what =
      constraint === 'api_keys_service_id_name_key' ? `a valid key named '${name}'` : 'a key with this id or secret';
    throw new AppError('CONFLICT', `There is ${what} already`, { cause: error });
  }
}
