import type { Clock } from '../core/clock.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { assertCanSignIn, readUserFields, takenAddress } from './user-fields.ts';
import { noSuchUser } from './show-user.ts';
import { findUserRecord, saveUserChanges } from './user-record-repository.ts';
import type { UserChanges, UserRecord } from './user-record.ts';
import { lockUser } from './user-repository.ts';

export type UpdateUserInput = { readonly userId: string } & Omit<UserChanges, 'state'>;

/**
 * Changes what is given of a user (admin API sheet §4.16); what is so already changes nothing.
 *
 * @throws AppError NOT_FOUND; VALIDATION_FAILED by field; REQUEST_INVALID without a number for codes by text; CONFLICT for
 *   an address that somebody else has
 */
export async function updateUser(
  { db, clock }: { db: Database; clock: Clock },
  { userId, ...input }: UpdateUserInput,
): Promise<{ user: UserRecord; changed: readonly (keyof UserChanges)[] }> {
  const wanted = readUserFields(input);
  try {
    return await db.transaction(async (tx) => {
      await lockUser(tx, userId);
      const user = await findUserRecord(tx, userId);
      if (user === null) throw noSuchUser(userId);
      const changed = (Object.keys(wanted) as (keyof typeof wanted)[]).filter(
        (field) => !isSame(user[field], wanted[field]),
      );
      if (changed.length === 0) return { user, changed };
      assertCanSignIn({ ...user, ...wanted });
      const changes = Object.fromEntries(changed.map((field) => [field, wanted[field]]));
      await saveUserChanges(tx, userId, changes, clock.now());
      return { user: (await findUserRecord(tx, userId))!, changed };
    });
  } catch (error) {
    if (violatedConstraint(error) === null) throw error;
    throw takenAddress(wanted.emailAddress!, error);
  }
}

function isSame(before: unknown, after: unknown): boolean {
  if (before instanceof Date && after instanceof Date) return before.getTime() === after.getTime();
  return before === after;
}
