import type { Queryable } from '../db/database.ts';
import { listServiceVersions } from './service-repository.ts';
import type { Service } from './service.ts';
import { requireService } from './show-service.ts';

/** One version of a service; permissions have no history. */
export type ServiceVersion = Omit<Service, 'permissions'>;

/** All versions of a service, the newest first (admin API sheet §4.1). @throws AppError NOT_FOUND */
export async function showServiceHistory(
  { db }: { db: Queryable },
  { serviceId }: { serviceId: string },
): Promise<ServiceVersion[]> {
  await requireService({ db }, serviceId);
  return listServiceVersions(db, serviceId);
}
