import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { findMembershipOf } from './membership-repository.ts';
import type { Membership } from './membership.ts';

/** @throws AppError NOT_FOUND for an unknown user */
export async function requireMembership(
  { db }: { db: Queryable },
  input: { userId: string; serviceId: string },
): Promise<Membership> {
  const membership = await findMembershipOf(db, input);
  if (membership === null) throw new AppError('NOT_FOUND', `No user has the id '${input.userId}'`);
  return membership;
}
