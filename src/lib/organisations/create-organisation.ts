import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { findOrganisation, insertOrganisation, replaceDomains } from './organisation-repository.ts';
import { readDomains, readOrganisationName, type Organisation, type OrganisationChanges } from './organisation.ts';

export interface CreateOrganisationInput extends Omit<OrganisationChanges, 'active'> {
  readonly id?: string;
  readonly name: string;
  readonly domains?: readonly string[];
}

/**
 * Makes an organisation (admin API sheet §4.14).
 *
 * @throws AppError VALIDATION_FAILED for a name or domain that is none; CONFLICT for an id, name or domain that another one has
 */
export async function createOrganisation(
  { db, clock, ids }: { readonly db: Database; readonly clock: Clock; readonly ids: Ids },
  { id = ids.uuid(), name, domains = [], ...rest }: CreateOrganisationInput,
): Promise<Organisation> {
  const changes = { ...rest, name: readOrganisationName(name) };
  const own = readDomains(domains);
  return db.transaction(async (tx) => {
    if ((await findOrganisation(tx, id)) !== null) {
      throw new AppError('CONFLICT', `Another organisation has the id '${id}'`);
    }
    await insertOrganisation(tx, { id, changes, at: clock.now() });
    await replaceDomains(tx, id, own);
    return (await findOrganisation(tx, id))!;
  });
}
