import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { nestedDatabase } from '../db/nested-database.ts';
import { linkService } from '../organisations/link-service.ts';
import { findOrganisationOfAddress } from '../organisations/show-organisation.ts';
import { showUser } from '../users/show-user.ts';
import { addTeamMembers } from './add-team-members.ts';
import { createService, type CreateServiceInput } from './create-service.ts';
import type { Service } from './service.ts';

/**
 * Creates a service whose first member is the user who makes it, with all permissions of a member, in the organisation
 * whose domain the user's address has, all or nothing (admin API sheet §4.1).
 *
 * @throws AppError NOT_FOUND for an unknown user; what `createService` throws
 */
export async function createServiceOfUser(
  { db, clock, ids }: { readonly db: Database; readonly clock: Clock; readonly ids: Ids },
  { userId, ...input }: CreateServiceInput & { readonly userId: string },
): Promise<Service> {
  return db.transaction(async (tx) => {
    const deps = { db: nestedDatabase(tx), clock, ids };
    const service = await createService(deps, input);
    await addTeamMembers(deps, { serviceId: service.id, userIds: [userId] });
    const { emailAddress } = await showUser(deps, userId);
    const organisation = await findOrganisationOfAddress(deps, emailAddress);
    if (organisation !== null) await linkService(deps, { organisationId: organisation.id, serviceId: service.id });
    return service;
  });
}
