import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { deleteCallbackApi, findCallbackApi } from './callback-api-repository.ts';
import { noSuchCallback, type CallbackApi, type CallbackType } from './callback-api.ts';

/**
 * Takes the callback of one type away from a service; its history stays. Receipts that are queued already are still sent,
 * received texts are not (public API sheet §11).
 *
 * @throws AppError NOT_FOUND
 */
export async function removeCallback(
  { db, secretBox }: { db: Database; secretBox: SecretBox },
  { serviceId, callbackType }: { serviceId: string; callbackType: CallbackType },
): Promise<CallbackApi> {
  await requireService({ db }, serviceId);
  return db.transaction(async (tx) => {
    const callback = await findCallbackApi(tx, secretBox, serviceId, callbackType, { lock: true });
    if (callback === null) throw noSuchCallback(callbackType);
    await deleteCallbackApi(tx, callback.id);
    return callback;
  });
}
