import type { KeyType } from '../api-keys/api-key.ts';
import { AppError } from '../core/errors.ts';
import type { Service } from '../services/service.ts';
import { lockCancellableByReference } from './broadcast-message-repository.ts';
import { noSuchBroadcast, type BroadcastMessage } from './broadcast-message.ts';
import { applyMove, moveLocked, type MoveBroadcastDeps } from './move-broadcast.ts';

export interface CancelApiBroadcastInput {
  readonly service: Service;
  readonly apiKey: { readonly id: string; readonly keyType: KeyType };
  /** Pieces of CAP's `references`: one of them is the reference of the message. */
  readonly references: readonly string[];
}

/**
 * Takes back a broadcast that is waiting for approval, and cancels one that is broadcast (broadcasts sheet §11).
 *
 * @throws AppError NOT_FOUND when no message is meant; REQUEST_INVALID when several are; AUTH_INVALID when a test key
 *   means one that people really get
 */
export async function cancelApiBroadcast(
  deps: MoveBroadcastDeps,
  { service, apiKey, references }: CancelApiBroadcastInput,
): Promise<BroadcastMessage> {
  const { message } = await applyMove(deps, async (tx) => {
    const found = await lockCancellableByReference(tx, deps.secretBox, service.id, references);
    const [only, other] = found;
    if (only === undefined) throw noSuchBroadcast();
    if (other !== undefined) {
      const problem = 'Multiple alerts found - unclear which one to cancel';
      throw new AppError('REQUEST_INVALID', problem, { hint: 'References must name one alert.' });
    }
    if (apiKey.keyType === 'test' && !only.stubbed)
      throw new AppError('AUTH_INVALID', 'Cannot cancel a live broadcast with a test API key');
    const status = only.status === 'broadcasting' ? 'cancelled' : 'rejected';
    return moveLocked(deps, tx, { service, message: only, status, by: { apiKeyId: apiKey.id } });
  });
  return message;
}
