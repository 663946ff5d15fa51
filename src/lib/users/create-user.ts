import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { assertCanSignIn, readUserFields, takenAddress } from './user-fields.ts';
import { findUserRecord } from './user-record-repository.ts';
import type { UserRecord } from './user-record.ts';
import { insertUser } from './user-repository.ts';
import type { AuthType } from './user.ts';

export interface CreateUserInput {
  readonly id?: string;
  readonly name: string;
  readonly emailAddress: string;
  readonly mobileNumber: string | null;
  /** Without it, by text where there is a number, else by email. */
  readonly authType?: AuthType;
  /** Without it, active. */
  readonly state?: 'pending' | 'active';
  readonly platformAdmin?: boolean;
}

/**
 * Makes a user, who has no password that anybody could know (admin API sheet §4.4).
 *
 * @throws AppError VALIDATION_FAILED by field; REQUEST_INVALID without a number for codes by text; CONFLICT for an id or an
 *   address, in any case, that somebody has
 */
export async function createUser(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  input: CreateUserInput,
): Promise<UserRecord> {
  const user = { id: ids.uuid(), ...readUserFields(input), passwordHash: '!' };
  if (user.authType !== undefined) assertCanSignIn({ authType: user.authType, mobileNumber: user.mobileNumber });
  try {
    await insertUser(db, user, clock.now());
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === null) throw error;
    if (constraint === 'users_pkey') {
      throw new AppError('CONFLICT', `Another user has the id '${user.id}'`, { cause: error });
    }
    throw takenAddress(user.emailAddress, error);
  }
  return (await findUserRecord(db, user.id))!;
}
