import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { findUserRecord, findUserRecordByEmail } from './user-record-repository.ts';
import type { UserRecord } from './user-record.ts';
import { findUser } from './user-repository.ts';
import type { User } from './user.ts';

/** @throws AppError NOT_FOUND */
export async function requireUser({ db }: { db: Queryable }, id: string): Promise<User> {
  const user = await findUser(db, id);
  if (user === null) throw noSuchUser(id);
  return user;
}

/** A user that there may be; null when there is none. */
export async function findUserById({ db }: { db: Queryable }, id: string): Promise<User | null> {
  return findUser(db, id);
}

/** Everything that is known of a user. @throws AppError NOT_FOUND */
export async function showUser({ db }: { db: Queryable }, id: string): Promise<UserRecord> {
  const user = await findUserRecord(db, id);
  if (user === null) throw noSuchUser(id);
  return user;
}

/** The user with an address, in any case. @throws AppError NOT_FOUND */
export async function showUserWithEmail({ db }: { db: Queryable }, emailAddress: string): Promise<UserRecord> {
  const user = await findUserRecordByEmail(db, emailAddress);
  if (user === null) throw new AppError('NOT_FOUND', `No user has the email address '${emailAddress}'`);
  return user;
}

export function noSuchUser(id: string): AppError {
  return new AppError('NOT_FOUND', `No user has the id '${id}'`);
}
