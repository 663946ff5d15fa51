import { AppError } from '../core/errors.ts';
import { systemUserId } from '../users/user.ts';
import { assertNotArchived, requireService } from '../services/show-service.ts';
import { findCallbackApi, updateCallbackApi } from './callback-api-repository.ts';
import { assertBearerToken, noSuchCallback, type CallbackApi, type CallbackType } from './callback-api.ts';
import { checkCallbackUrl } from './check-callback-url.ts';
import { createCallback, type CallbackDeps } from './create-callback.ts';

export interface SetCallbackInput {
  readonly serviceId: string;
  readonly callbackType: CallbackType;
  readonly url?: string | undefined;
  readonly bearerToken?: string | undefined;
  readonly updatedById?: string;
}

export interface SetCallback {
  readonly callback: CallbackApi;
  readonly outcome: 'created' | 'changed' | 'unchanged';
}

/**
 * Makes the callback of a service for one type, or changes its URL, its token or both; with history. What is so already
 * changes nothing.
 *
 * @throws AppError as `createCallback`; USAGE_INVALID for a new one without URL or token
 */
export async function setCallback(deps: CallbackDeps, input: SetCallbackInput): Promise<SetCallback> {
  const { db, secretBox } = deps;
  const { serviceId, callbackType, url, bearerToken, updatedById = systemUserId } = input;
  await requireService({ db }, serviceId);
  if ((await findCallbackApi(db, secretBox, serviceId, callbackType)) !== null) {
    return updateCallback(deps, { ...input, updatedById });
  }
  if (url === undefined || bearerToken === undefined) {
    throw new AppError('USAGE_INVALID', `The service has no ${callbackType} callback yet: it needs a URL and a token`);
  }
  const callback = await createCallback(deps, { serviceId, callbackType, url, bearerToken, updatedById });
  return { callback, outcome: 'created' };
}

/**
 * Changes the callback that a service has.
 *
 * @throws AppError NOT_FOUND when it has none of this type; REFUSED for an archived service; VALIDATION_FAILED,
 *   DESTINATION_REFUSED
 */
export async function updateCallback(
  deps: CallbackDeps,
  input: SetCallbackInput & { readonly updatedById: string },
): Promise<SetCallback> {
  const { db, clock, secretBox } = deps;
  const { serviceId, callbackType, bearerToken, updatedById } = input;
  assertNotArchived(await requireService({ db }, serviceId));
  if (bearerToken !== undefined) assertBearerToken(bearerToken);
  const url = input.url === undefined ? undefined : await checkCallbackUrl(deps, input.url);
  return db.transaction(async (tx) => {
    const callback = await findCallbackApi(tx, secretBox, serviceId, callbackType, { lock: true });
    if (callback === null) throw noSuchCallback(callbackType);
    const changes = {
      ...(url !== undefined && url !== callback.url && { url }),
      ...(bearerToken !== undefined && bearerToken !== callback.bearerToken && { bearerToken }),
    };
    if (Object.keys(changes).length === 0) return { callback, outcome: 'unchanged' };
    const changed = await updateCallbackApi(tx, secretBox, callback.id, { ...changes, updatedById }, clock.now());
    return { callback: changed!, outcome: 'changed' };
  });
}
