import { parseUuid } from '../core/ids.ts';
import type { Queryable } from '../db/database.ts';
import { showUser, showUserWithEmail } from './show-user.ts';
import type { UserRecord } from './user-record.ts';

/** The user with this id or this address, in any case. @throws AppError NOT_FOUND */
export async function findUserByIdOrEmail({ db }: { db: Queryable }, idOrEmail: string): Promise<UserRecord> {
  const id = parseUuid(idOrEmail);
  return id === null ? showUserWithEmail({ db }, idOrEmail.trim()) : showUser({ db }, id);
}
