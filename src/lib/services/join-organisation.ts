import type { Queryable } from '../db/database.ts';
import { saveServiceOrganisation } from './service-record-repository.ts';
import { lockService } from './service-repository.ts';
import { assertNotArchived, noSuchService } from './show-service.ts';
import { showServiceRecord } from './show-service-record.ts';

export interface JoinedOrganisation {
  readonly id: string;
  readonly organisationType: string | null;
  readonly crown: boolean | null;
}

/**
 * Makes a service one of an organisation, with its type and crown, in the caller's transaction, as a new version. False: it
 * was so already.
 *
 * @throws AppError NOT_FOUND; REFUSED for an archived service
 */
export async function joinOrganisation(
  tx: Queryable,
  { serviceId, organisation, now }: { serviceId: string; organisation: JoinedOrganisation; now: Date },
): Promise<boolean> {
  const service = await lockService(tx, serviceId);
  if (service === null) throw noSuchService(serviceId);
  assertNotArchived(service);
  const { id, organisationType, crown } = organisation;
  const { organisation: before } = await showServiceRecord({ db: tx }, { serviceId });
  if (before === id && service.organisationType === organisationType && service.crown === crown) return false;
  await saveServiceOrganisation(tx, serviceId, { id, organisationType, crown }, now);
  return true;
}
