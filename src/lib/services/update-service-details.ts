import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { saveServiceDetails } from './service-record-repository.ts';
import type { ServiceDetailColumn, ServiceDetails } from './service-record.ts';
import { lockService } from './service-repository.ts';
import { assertNotArchived, noSuchService } from './show-service.ts';
import { showServiceRecord } from './show-service-record.ts';

/**
 * Changes details of a service that only people look at, as a new version; what is so already makes none.
 *
 * @throws AppError NOT_FOUND; REFUSED for an archived service
 */
export async function updateServiceDetails(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  { serviceId, details }: { readonly serviceId: string; readonly details: ServiceDetails },
): Promise<void> {
  if (Object.keys(details).length === 0) return;
  await db.transaction(async (tx) => {
    const service = await lockService(tx, serviceId);
    if (service === null) throw noSuchService(serviceId);
    assertNotArchived(service);
    const record = await showServiceRecord({ db: tx }, { serviceId });
    const changes = Object.entries(details).filter(([name, value]) => record[name as ServiceDetailColumn] !== value);
    if (changes.length > 0) await saveServiceDetails(tx, serviceId, Object.fromEntries(changes), clock.now());
  });
}
