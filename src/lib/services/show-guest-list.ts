import type { Queryable } from '../db/database.ts';
import { listGuestList, type GuestListEntry } from './service-repository.ts';
import { requireService } from './show-service.ts';

/** The guest list of a service. @throws AppError NOT_FOUND */
export async function showGuestList(
  { db }: { db: Queryable },
  { serviceId }: { serviceId: string },
): Promise<GuestListEntry[]> {
  await requireService({ db }, serviceId);
  return listGuestList(db, serviceId);
}
