import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { requireUser } from '../users/show-user.ts';
import { listMembers } from './member-repository.ts';
import { readMemberPermissions, type Member } from './member.ts';
import { insertTeamMembers, lockService } from './service-repository.ts';
import { assertNotArchived, noSuchService } from './show-service.ts';

export interface AddMemberInput {
  readonly serviceId: string;
  readonly userId: string;
  readonly permissions: readonly string[];
}

/**
 * Makes a user a member of a service with these permissions (admin API sheet §4.4). Who is one already keeps theirs.
 *
 * @throws AppError NOT_FOUND for an unknown service or user; REFUSED for archived ones; VALIDATION_FAILED for an unknown
 *   permission
 */
export async function addMember(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  { serviceId, userId, permissions }: AddMemberInput,
): Promise<{ member: Member; isNew: boolean }> {
  const names = readMemberPermissions(permissions);
  return db.transaction(async (tx) => {
    const service = await lockService(tx, serviceId);
    if (service === null) throw noSuchService(serviceId);
    assertNotArchived(service);
    const user = await requireUser({ db: tx }, userId);
    if (user.state === 'inactive') throw new AppError('REFUSED', `User '${user.name}' is archived`);
    const given = names.map((permission) => ({ id: ids.uuid(), userId, permission }));
    const added = await insertTeamMembers(tx, serviceId, [userId], given, clock.now());
    const member = (await listMembers(tx, serviceId)).find(({ id }) => id === userId)!;
    return { member, isNew: added > 0 };
  });
}
