import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { nestedDatabase } from '../db/nested-database.ts';
import { addSender } from '../services/add-sender.ts';
import type { Sender } from '../services/sender.ts';
import { listSenders } from '../services/show-senders.ts';
import { updateSender } from '../services/update-sender.ts';
import { findInboundNumberOfService, lockFreeInboundNumber, updateInboundNumber } from './inbound-number-repository.ts';

export interface AllocateInput {
  readonly serviceId: string;
  /** The number to give; null = any that is free. */
  readonly inboundNumberId: string | null;
}

/**
 * Gives a service a number of its own, which its texts then come from: in place of its only sender, else as a new default
 * (admin API sheet §4.12).
 *
 * @returns the sender that holds the number
 * @throws AppError NOT_FOUND for an unknown service; REFUSED for an archived one; CONFLICT when no number is free, the
 *   chosen one is not, or the service has one
 */
export async function allocateInboundNumber(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  { serviceId, inboundNumberId }: AllocateInput,
): Promise<Sender> {
  const giving = db.transaction(async (tx) => {
    const deps = { db: nestedDatabase(tx), clock, ids };
    const senders = await listSenders(deps, { serviceId, type: 'sms' });
    const own = await findInboundNumberOfService(tx, serviceId);
    if (own !== null) throw hasOne(serviceId);
    const free = await lockFreeInboundNumber(tx, inboundNumberId);
    if (free === null) throw new AppError('CONFLICT', 'There are no available inbound numbers');
    await updateInboundNumber(tx, { ...free, serviceId }, clock.now());
    const sender = { serviceId, type: 'sms', value: free.number, inboundNumberId: free.id, isDefault: true } as const;
    const [only, ...others] = senders;
    if (only === undefined || others.length > 0 || only.inboundNumberId !== null) return addSender(deps, sender);
    return (await updateSender(deps, { ...sender, senderId: only.id })).sender;
  });
  return giving.catch((error: unknown) => {
    // Somebody else gave the service one in the meantime.
    throw violatedConstraint(error) === null ? error : hasOne(serviceId, error);
  });
}

function hasOne(serviceId: string, cause?: unknown): AppError {
  return new AppError('CONFLICT', `The service ${serviceId} has an inbound number already`, { cause });
}
