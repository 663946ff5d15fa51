import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { requireUser } from '../users/show-user.ts';
import { memberPermissions } from '../users/user.ts';
import { insertTeamMembers } from './service-repository.ts';

/**
 * Makes users members of a service, with all permissions of a member; who is one already keeps theirs. True when one of
 * them was none before.
 *
 * @throws AppError NOT_FOUND for a user that does not exist
 */
export async function addTeamMembers(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  { serviceId, userIds }: { serviceId: string; userIds: readonly string[] },
): Promise<boolean> {
  if (userIds.length === 0) return false;
  for (const id of userIds) await requireUser({ db }, id);
  const permissions = userIds.flatMap((userId) =>
    memberPermissions.map((permission) => ({ id: ids.uuid(), userId, permission })),
  );
  return db.transaction(async (tx) => (await insertTeamMembers(tx, serviceId, userIds, permissions, clock.now())) > 0);
}
