import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { addSender } from '../services/add-sender.ts';
import { findSenderById } from '../services/show-senders.ts';
import { updateSender } from '../services/update-sender.ts';
import type { Outcome, PlantingLog } from './planting.ts';
import type { SeedSender, SeedService } from './seed.ts';

/**
 * Makes the text message senders, reply-to addresses and letter contacts of a service. A new service was made with the
 * first of its text message senders.
 */
export async function plantSenders(
  deps: { db: Database; clock: Clock; ids: Ids },
  { id, senders, inboundNumber }: SeedService,
  { log, isNewService }: { log: PlantingLog; isNewService: boolean },
): Promise<void> {
  for (const sender of senders) {
    const inboundNumberId = sender.isInbound ? (inboundNumber?.id ?? null) : null;
    await log.note(sender, async () => {
      const outcome = await plantSender(deps, id, sender, inboundNumberId);
      return isNewService ? 'created' : outcome;
    });
  }
}

async function plantSender(
  deps: { db: Database; clock: Clock; ids: Ids },
  serviceId: string,
  { id, type, value, isDefault }: SeedSender,
  inboundNumberId: string | null,
): Promise<Outcome> {
  const existing = await findSenderById(deps, id);
  if (existing === null) {
    await addSender(deps, { id, serviceId, type, value, isDefault, inboundNumberId });
    return 'created';
  }
  if (existing.serviceId !== serviceId || existing.type !== type)
    throw new AppError('CONFLICT', `The id '${id}' is that of another service's or another type's sender`);
  if (existing.archived) return 'gone';
  const { isChanged } = await updateSender(deps, {
    senderId: id,
    value,
    isDefault,
    ...(inboundNumberId !== null && { inboundNumberId }),
  });
  return isChanged ? 'changed' : 'unchanged';
}
