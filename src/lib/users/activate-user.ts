import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import { noSuchUser } from './show-user.ts';
import { findUserRecord, saveUserChanges } from './user-record-repository.ts';
import type { UserRecord } from './user-record.ts';
import { lockUser } from './user-repository.ts';

/**
 * Lets a user who was only registered take part (admin API sheet §4.4).
 *
 * @throws AppError NOT_FOUND; REQUEST_INVALID for one who is active already, or archived
 */
export async function activateUser(
  { db, clock }: { db: Database; clock: Clock },
  { userId }: { userId: string },
): Promise<UserRecord> {
  return db.transaction(async (tx) => {
    const user = await lockUser(tx, userId);
    if (user === null) throw noSuchUser(userId);
    if (user.state === 'active') throw new AppError('REQUEST_INVALID', 'User already active');
    if (user.state === 'inactive') throw new AppError('REQUEST_INVALID', 'User is archived');
    await saveUserChanges(tx, userId, { state: 'active' }, clock.now());
    return (await findUserRecord(tx, userId))!;
  });
}
