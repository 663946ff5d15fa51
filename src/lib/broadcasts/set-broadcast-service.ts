import { apiKeyBelongings } from '../api-keys/api-key-belongings.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { becomeBroadcastService } from '../services/become-broadcast-service.ts';
import type { Service } from '../services/service.ts';
import { saveBroadcastSettings } from './broadcast-settings-repository.ts';
import type { BroadcastSettings } from './broadcast-settings.ts';

export interface SetBroadcastServiceInput extends BroadcastSettings {
  readonly serviceId: string;
  readonly mode: 'training' | 'live';
}

/**
 * Makes a service one that broadcasts, or changes how it does (broadcasts sheet §11): channel, networks and mode are
 * set, and every key of the service is revoked.
 *
 * @throws AppError NOT_FOUND; REFUSED for an archived service
 */
export async function setBroadcastService(
  deps: {
    readonly db: Database;
    readonly clock: Clock;
    readonly ids: Ids;
    readonly config: { readonly broadcastOrganisation: string | null };
  },
  { serviceId, channel, provider, mode }: SetBroadcastServiceInput,
): Promise<Service> {
  const { db, clock, ids, config } = deps;
  const now = clock.now();
  return db.transaction(async (tx) => {
    const service = await becomeBroadcastService(tx, {
      serviceId,
      mode,
      organisationId: config.broadcastOrganisation,
      apiKeys: apiKeyBelongings,
      newId: () => ids.uuid(),
      now,
    });
    await saveBroadcastSettings(tx, serviceId, { channel, provider }, now);
    return service;
  });
}
