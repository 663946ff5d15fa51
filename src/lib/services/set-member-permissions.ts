import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { listMembers, replaceMemberPermissions } from './member-repository.ts';
import { isLastManager, readMemberPermissions, type Member } from './member.ts';
import { noSuchMember } from './remove-member.ts';
import { lockService } from './service-repository.ts';
import { noSuchService } from './show-service.ts';

export interface MemberPermissionsInput {
  readonly serviceId: string;
  readonly userId: string;
  /** All that the member may do from now on; without it, what the member may do now. */
  readonly permissions?: readonly string[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/**
 * Changes what a member may do (admin API sheet §4.4); what is so already changes nothing.
 *
 * @throws AppError NOT_FOUND for an unknown service, and for somebody who is not on its team; VALIDATION_FAILED for an
 *   unknown permission; TEAM_REFUSED when nobody would be left to manage the settings
 */
export async function setMemberPermissions(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  input: MemberPermissionsInput,
): Promise<{ member: Member; isChanged: boolean }> {
  const { serviceId, userId, add = [], remove = [] } = input;
  readMemberPermissions([...(input.permissions ?? []), ...add, ...remove]);
  return db.transaction(async (tx) => {
    if ((await lockService(tx, serviceId)) === null) throw noSuchService(serviceId);
    const team = await listMembers(tx, serviceId);
    const member = team.find(({ id }) => id === userId);
    if (member === undefined) throw noSuchMember(userId);
    const wanted = [...(input.permissions ?? member.permissions), ...add].filter((name) => !remove.includes(name));
    const permissions = readMemberPermissions(wanted).sort();
    const isChanged = permissions.join() !== [...member.permissions].sort().join();
    if (!isChanged) return { member, isChanged };
    if (!permissions.includes('manage_settings') && isLastManager(team, userId)) {
      throw new AppError(
        'TEAM_REFUSED',
        'Cannot change user permissions - service would have too few users with manage_settings',
      );
    }
    const given = permissions.map((permission) => ({ id: ids.uuid(), permission }));
    await replaceMemberPermissions(tx, { serviceId, userId, permissions: given }, clock.now());
    return { member: { ...member, permissions }, isChanged };
  });
}
