import { AppError } from '../core/errors.ts';
import type { Database, Queryable } from '../db/database.ts';
import { requireUser } from '../users/show-user.ts';
import { deleteOrganisationUsers, insertOrganisationUser, lockOrganisation } from './organisation-repository.ts';
import { assertActive, noSuchOrganisation } from './show-organisation.ts';

interface Place {
  readonly organisationId: string;
  readonly userId: string;
}

/**
 * Puts a user into an organisation. False: the user was there already.
 *
 * @throws AppError NOT_FOUND for an unknown organisation or user; REFUSED for archived ones
 */
export async function addOrganisationUser({ db }: { readonly db: Database }, place: Place): Promise<boolean> {
  return db.transaction(async (tx) => {
    const organisation = await lockOrganisation(tx, place.organisationId);
    if (organisation === null) throw noSuchOrganisation(place.organisationId);
    assertActive(organisation);
    const user = await requireUser({ db: tx }, place.userId);
    if (user.state === 'inactive') throw new AppError('REFUSED', `User '${user.name}' is archived`);
    return insertOrganisationUser(tx, place);
  });
}

/** Takes a user out of an organisation. @throws AppError NOT_FOUND for one who is not in it */
export async function removeOrganisationUser({ db }: { readonly db: Database }, place: Place): Promise<void> {
  if ((await deleteOrganisationUsers(db, place)) > 0) return;
  throw new AppError('NOT_FOUND', `User ${place.userId} is not in organisation ${place.organisationId}`, {
    details: { answer: 'User not found' },
  });
}

/** Takes a user out of all organisations, in the caller's transaction. */
export async function leaveOrganisations(tx: Queryable, userId: string): Promise<void> {
  await deleteOrganisationUsers(tx, { userId });
}
