import type { Queryable } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import {
  findInboundNumberOfService,
  listAllInboundNumbers,
  listFreeInboundNumbers,
} from './inbound-number-repository.ts';
import type { InboundNumberDetails } from './inbound-number.ts';

/** Every number that texts can be sent to, and whose it is. */
export async function listInboundNumbers({ db }: { db: Queryable }): Promise<InboundNumberDetails[]> {
  return listAllInboundNumbers(db);
}

/** The numbers that a service can be given. */
export async function listAvailableInboundNumbers({ db }: { db: Queryable }): Promise<InboundNumberDetails[]> {
  return listFreeInboundNumbers(db);
}

/** The number of a service; null when it has none. @throws AppError NOT_FOUND for an unknown service */
export async function showInboundNumberOfService(
  { db }: { db: Queryable },
  { serviceId }: { serviceId: string },
): Promise<InboundNumberDetails | null> {
  await requireService({ db }, serviceId);
  return findInboundNumberOfService(db, serviceId);
}
