import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { findCallbackApi, listCallbackApis } from './callback-api-repository.ts';
import { noSuchCallback, type CallbackApi, type CallbackType } from './callback-api.ts';

type Deps = { db: Queryable; secretBox: SecretBox };

/** The callbacks of a service, by type. @throws AppError NOT_FOUND for an unknown service */
export async function listCallbacks({ db, secretBox }: Deps, serviceId: string): Promise<CallbackApi[]> {
  await requireService({ db }, serviceId);
  return listCallbackApis(db, secretBox, serviceId);
}

/** The callback of a service for one type. @throws AppError NOT_FOUND */
export async function requireCallback(
  { db, secretBox }: Deps,
  { serviceId, callbackType }: { serviceId: string; callbackType: CallbackType },
): Promise<CallbackApi> {
  const callback = await findCallbackApi(db, secretBox, serviceId, callbackType);
  if (callback === null) throw noSuchCallback(callbackType);
  return callback;
}
