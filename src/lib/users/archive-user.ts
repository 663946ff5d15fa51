import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import { leaveOrganisations } from '../organisations/organisation-users.ts';
import { leaveServices } from '../services/leave-services.ts';
import { noSuchUser } from './show-user.ts';
import { findUserRecord, saveUserChanges } from './user-record-repository.ts';
import type { UserRecord } from './user-record.ts';
import { lockUser } from './user-repository.ts';
import { systemUserId } from './user.ts';

/** No session has this id: whoever is signed in is not any more. */
const noSession = '00000000-0000-0000-0000-000000000000';

/**
 * Archives a user for good: off all teams and organisations, without a number, and with an address that frees the old one. What the user
 * made stays the user's. Doing it again changes nothing.
 *
 * @throws AppError NOT_FOUND; REFUSED for the author of automatic changes; TEAM_REFUSED when a service would be left without somebody who manages it
 */
export async function archiveUser(
  { db, clock }: { db: Database; clock: Clock },
  { userId }: { userId: string },
): Promise<{ user: UserRecord; alreadyArchived: boolean }> {
  if (userId === systemUserId) throw new AppError('REFUSED', 'The user of automatic changes cannot be archived');
  return db.transaction(async (tx) => {
    // Teams first, as whoever takes somebody off a team does.
    await leaveServices(tx, userId);
    if ((await lockUser(tx, userId)) === null) throw noSuchUser(userId);
    const user = (await findUserRecord(tx, userId))!;
    if (user.state === 'inactive') return { user, alreadyArchived: true };
    const now = clock.now();
    await leaveOrganisations(tx, userId);
    await saveUserChanges(
      tx,
      userId,
      {
        state: 'inactive',
        emailAddress: archivedAddress(user.emailAddress, now),
        authType: 'email_auth',
        mobileNumber: null,
        platformAdmin: false,
        currentSessionId: noSession,
      },
      now,
    );
    return { user: (await findUserRecord(tx, userId))!, alreadyArchived: false };
  });
}

/** `_archived_2026-03-01-12:00:00_ann@example.gov.uk`: the date tells the times apart that one address was archived. */
function archivedAddress(emailAddress: string, at: Date): string {
  return `_archived_${at.toISOString().slice(0, 19).replace('T', '-')}_${emailAddress}`.slice(0, 255);
}
