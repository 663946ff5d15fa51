import { resetAllowance } from '../billing/reset-allowance.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database, Queryable } from '../db/database.ts';
import { joinOrganisation } from '../services/join-organisation.ts';
import { lockOrganisation } from './organisation-repository.ts';
import type { Organisation } from './organisation.ts';
import { assertActive, noSuchOrganisation } from './show-organisation.ts';

/**
 * Makes a service one of an organisation, as a new version: it gets the type and the crown of the organisation, and the
 * allowance of that type (admin API sheet §4.14). What is so already changes nothing.
 *
 * @throws AppError NOT_FOUND for an unknown service or organisation; REFUSED for archived ones
 */
export async function linkService(
  { db, clock, ids }: { readonly db: Database; readonly clock: Clock; readonly ids: Ids },
  { organisationId, serviceId }: { readonly organisationId: string; readonly serviceId: string },
): Promise<{ organisation: Organisation; changed: boolean }> {
  return db.transaction(async (tx) => {
    const organisation = await lockOrganisation(tx, organisationId);
    if (organisation === null) throw noSuchOrganisation(organisationId);
    assertActive(organisation);
    return { organisation, changed: await followOrganisation({ db: tx, clock, ids }, { serviceId, organisation }) };
  });
}

/** Takes over what services have from their organisation, in the caller's transaction. False: it was so already. */
export async function followOrganisation(
  deps: { readonly db: Queryable; readonly clock: Clock; readonly ids: Ids },
  { serviceId, organisation }: { readonly serviceId: string; readonly organisation: Organisation },
): Promise<boolean> {
  const changed = await joinOrganisation(deps.db, { serviceId, organisation, now: deps.clock.now() });
  if (changed) await resetAllowance(deps, { serviceId });
  return changed;
}
