import { apiKeyBelongings } from '../api-keys/api-key-belongings.ts';
import type { Clock } from '../core/clock.ts';
import { AppError, isAppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Database, Queryable } from '../db/database.ts';
import { showOrganisation } from '../organisations/show-organisation.ts';
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
 * @throws AppError NOT_FOUND; REFUSED for an archived service; CONFIG_INVALID when the organisation is none
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
  const organisation = config.broadcastOrganisation;
  return db.transaction(async (tx) => {
    if (organisation !== null) await assertOrganisation(tx, organisation);
    const service = await becomeBroadcastService(tx, {
      serviceId,
      mode,
      organisationId: organisation,
      apiKeys: apiKeyBelongings,
      newId: () => ids.uuid(),
      now,
    });
    await saveBroadcastSettings(tx, serviceId, { channel, provider }, now);
    return service;
  });
}

async function assertOrganisation(db: Queryable, id: string): Promise<void> {
  try {
    await showOrganisation({ db }, id);
  } catch (error) {
    if (!isAppError(error, 'NOT_FOUND')) throw error;
    throw new AppError(
      'CONFIG_INVALID',
      `NOTIFY_BROADCAST_ORGANISATION is '${id}': expected the id of an organisation`,
      {
        hint: '`notify organisations list` shows them.',
        cause: error,
      },
    );
  }
}
