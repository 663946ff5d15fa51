import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { deleteMember, listMembers, listServicesOfUser } from './member-repository.ts';
import { canLeave } from './member.ts';
import { lockService } from './service-repository.ts';

/**
 * Takes a user off all teams, in the caller's transaction.
 *
 * @throws AppError TEAM_REFUSED when an active service would be left without somebody who manages it
 */
export async function leaveServices(tx: Queryable, userId: string): Promise<void> {
  for (const { id: serviceId, active } of await listServicesOfUser(tx, userId)) {
    await lockService(tx, serviceId);
    if (active && !canLeave(await listMembers(tx, serviceId), userId)) {
      throw new AppError(
        'TEAM_REFUSED',
        'User can’t be removed from a service - check all services have another team member with manage_settings',
        { details: { serviceId } },
      );
    }
    await deleteMember(tx, { serviceId, userId });
  }
}
