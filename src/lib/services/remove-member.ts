import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import { deleteMember, listMembers } from './member-repository.ts';
import { canLeave, type Member } from './member.ts';
import { lockService } from './service-repository.ts';
import { noSuchService } from './show-service.ts';

/**
 * Takes a user off the team of a service, with all permissions there (admin API sheet §4.4).
 *
 * @throws AppError NOT_FOUND for an unknown service, and for somebody who is not on its team; TEAM_REFUSED for the last
 *   active member, and the last who manages the settings
 */
export async function removeMember(
  { db }: { db: Database },
  { serviceId, userId }: { serviceId: string; userId: string },
): Promise<Member> {
  return db.transaction(async (tx) => {
    if ((await lockService(tx, serviceId)) === null) throw noSuchService(serviceId);
    const team = await listMembers(tx, serviceId);
    const member = team.find(({ id }) => id === userId);
    if (member === undefined) throw noSuchMember(userId);
    if (!canLeave(team, userId)) {
      throw new AppError('TEAM_REFUSED', 'User cannot be removed from the service', {
        hint: 'Somebody active with the permission manage_settings must stay on the team.',
      });
    }
    await deleteMember(tx, { serviceId, userId });
    return member;
  });
}

export function noSuchMember(userId: string): AppError {
  return new AppError('NOT_FOUND', `User ${userId} is not on the team of the service`, {
    details: { answer: 'User not found' },
  });
}
