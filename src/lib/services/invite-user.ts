import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { isAppError } from '../core/errors.ts';
import { nestedDatabase } from '../db/nested-database.ts';
import { createUser } from '../users/create-user.ts';
import { showUserWithEmail } from '../users/show-user.ts';
import { readUserFields } from '../users/user-fields.ts';
import { addMember } from './add-member.ts';
import { readMemberPermissions } from './member.ts';

export interface InviteUserInput {
  readonly serviceId: string;
  readonly emailAddress: string;
  /** For a user that there is not yet; without it, the part of the address before the `@`. */
  readonly name?: string;
  readonly permissions: readonly string[];
  /** Only finds out what would be done. */
  readonly dryRun?: boolean;
}

export interface InvitedUser {
  /** Null for a user that would be created. */
  readonly userId: string | null;
  /** What became of the address; a member that there was keeps the permissions that there were. */
  readonly outcome: 'created' | 'added' | 'already';
}

/**
 * Puts whoever has an email address on the team of a service, as a new user when nobody has it yet; all or nothing. Nobody
 * is written to (admin API sheet §3.5).
 *
 * @throws AppError VALIDATION_FAILED for what is no address; otherwise as `addMember`
 */
export async function inviteUser(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  { serviceId, permissions, dryRun = false, ...person }: InviteUserInput,
): Promise<InvitedUser> {
  readMemberPermissions(permissions);
  const { emailAddress } = readUserFields({ emailAddress: person.emailAddress });
  const name = person.name ?? emailAddress.slice(0, emailAddress.indexOf('@'));
  return db.transaction(async (tx) => {
    const deps = { db: nestedDatabase(tx), clock, ids };
    const known = await showUserWithEmail(deps, emailAddress).catch(unlessThereIsNone);
    if (dryRun) {
      if (known === null) return { userId: null, outcome: 'created' };
      return { userId: known.id, outcome: known.services.includes(serviceId) ? 'already' : 'added' };
    }
    const { id: userId } = known ?? (await createUser(deps, { name, emailAddress, mobileNumber: null }));
    const { isNew } = await addMember(deps, { serviceId, userId, permissions });
    if (known === null) return { userId, outcome: 'created' };
    return { userId, outcome: isNew ? 'added' : 'already' };
  });
}

function unlessThereIsNone(error: unknown): null {
  if (isAppError(error, 'NOT_FOUND')) return null;
  throw error;
}
