import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { deactivateInboundNumber } from './inbound-number-repository.ts';

/** Lets the number of a service receive nothing any more; it stays the service's. @throws AppError NOT_FOUND */
export async function switchOffInboundNumber(
  { db, clock }: { db: Queryable; clock: Clock },
  { serviceId }: { serviceId: string },
): Promise<void> {
  if (await deactivateInboundNumber(db, serviceId, clock.now())) return;
  throw new AppError('NOT_FOUND', `The service ${serviceId} has no inbound number`);
}
