import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { findUser } from './user-repository.ts';
import type { User } from './user.ts';

/** @throws AppError NOT_FOUND */
export async function requireUser({ db }: { db: Queryable }, id: string): Promise<User> {
  const user = await findUser(db, id);
  if (user === null) throw new AppError('NOT_FOUND', `No user has the id '${id}'`);
  return user;
}
