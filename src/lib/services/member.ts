import { AppError } from '../core/errors.ts';
import { grantablePermissions, type MemberPermission, type TeamMember } from '../users/user.ts';

/** Somebody on the team of a service. */
export interface Member extends TeamMember {
  readonly state: 'pending' | 'active' | 'inactive';
  readonly permissions: readonly MemberPermission[];
}

/** @throws AppError VALIDATION_FAILED naming the permission that nobody can have */
export function readMemberPermissions(names: readonly string[]): MemberPermission[] {
  const known: readonly string[] = grantablePermissions;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return [...new Set(names)] as MemberPermission[];
  throw new AppError(
    'VALIDATION_FAILED',
    `'${unknown}' is no permission of a member: expected one of ${grantablePermissions.join(', ')}`,
  );
}

/**
 * Whether a team may go on without this member (admin API sheet §4.4): somebody active is left, and whoever manages the
 * settings is not the last who does.
 */
export function canLeave(team: readonly Member[], userId: string): boolean {
  const leaving = team.find(({ id }) => id === userId);
  if (leaving?.state !== 'active') return true;
  return othersActive(team, userId).length > 0 && !isLastManager(team, userId);
}

/** Whether nobody else who is active manages the settings that this member does. */
export function isLastManager(team: readonly Member[], userId: string): boolean {
  const member = team.find(({ id }) => id === userId);
  if (member?.state !== 'active' || !manages(member)) return false;
  return !othersActive(team, userId).some(manages);
}

function othersActive(team: readonly Member[], userId: string): Member[] {
  return team.filter(({ id, state }) => id !== userId && state === 'active');
}

function manages({ permissions }: Member): boolean {
  return permissions.includes('manage_settings');
}
