import type { Queryable } from '../db/database.ts';
import { listServiceRecords } from './service-record-repository.ts';
import type { ServiceRecord } from './service-record.ts';
import { noSuchService } from './show-service.ts';

/** All of a service that the internal API shows, archived or not (admin API sheet §4.1). @throws AppError NOT_FOUND */
export async function showServiceRecord(
  { db }: { readonly db: Queryable },
  { serviceId }: { readonly serviceId: string },
): Promise<ServiceRecord> {
  const [record] = await listServiceRecords(db, { id: serviceId });
  if (record === undefined) throw noSuchService(serviceId);
  return record;
}

/** Services in the order in which they were made; of one user, when that is given. */
export async function showServiceRecords(
  { db }: { readonly db: Queryable },
  { onlyActive, userId }: { readonly onlyActive: boolean; readonly userId: string | null },
): Promise<ServiceRecord[]> {
  return listServiceRecords(db, { active: onlyActive ? true : null, userId });
}
