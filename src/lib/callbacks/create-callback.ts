import type { Clock } from '../core/clock.ts';
import { fieldError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import type { GuardedFetch } from '../net/guarded-fetch.ts';
import { assertNotArchived, requireService } from '../services/show-service.ts';
import { insertCallbackApi } from './callback-api-repository.ts';
import { assertBearerToken, type CallbackApi, type CallbackType } from './callback-api.ts';
import { checkCallbackUrl } from './check-callback-url.ts';

export interface CallbackDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secretBox: SecretBox;
  readonly guardedFetch: Pick<GuardedFetch, 'check'>;
}

export interface CreateCallbackInput {
  readonly serviceId: string;
  readonly callbackType: CallbackType;
  readonly url: string;
  readonly bearerToken: string;
  readonly updatedById: string;
}

/**
 * Makes the callback of a service for one type (admin API sheet §4.6).
 *
 * @throws AppError NOT_FOUND for an unknown service; REFUSED for an archived one; VALIDATION_FAILED and
 *   DESTINATION_REFUSED as `checkCallbackUrl` and `assertBearerToken`; REQUEST_INVALID when there is one already
 */
export async function createCallback(deps: CallbackDeps, input: CreateCallbackInput): Promise<CallbackApi> {
  const { db, clock, ids, secretBox } = deps;
  assertNotArchived(await requireService({ db }, input.serviceId));
  assertBearerToken(input.bearerToken);
  const url = await checkCallbackUrl(deps, input.url);
  try {
    return await db.transaction((tx) =>
      insertCallbackApi(tx, secretBox, { ...input, id: ids.uuid(), url, createdAt: clock.now() }),
    );
  } catch (error) {
    if (violatedConstraint(error) !== 'service_callback_api_service_id_callback_type_key') throw error;
    const message = 'You can only have one URL and bearer token for your service.';
    throw fieldError('REQUEST_INVALID', { name: [message] }, error);
  }
}
