import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import { archivedName } from '../services/service-name.ts';
import {
  deleteOrganisationUsers,
  findOrganisation,
  listServicesOfOrganisation,
  lockOrganisation,
  replaceDomains,
  saveOrganisation,
} from './organisation-repository.ts';
import type { Organisation } from './organisation.ts';
import { noSuchOrganisation } from './show-organisation.ts';

/**
 * Archives an organisation: its name and its domains are free again, and nobody is in it. Doing it again changes nothing.
 *
 * @throws AppError NOT_FOUND; REFUSED while a service of it is active
 */
export async function archiveOrganisation(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  { organisationId: id }: { readonly organisationId: string },
): Promise<{ organisation: Organisation; alreadyArchived: boolean }> {
  return db.transaction(async (tx) => {
    const organisation = await lockOrganisation(tx, id);
    if (organisation === null) throw noSuchOrganisation(id);
    if (!organisation.active) return { organisation, alreadyArchived: true };
    if ((await listServicesOfOrganisation(tx, id)).some(({ active }) => active)) {
      throw new AppError('REFUSED', 'Cannot archive an organisation with active services');
    }
    await deleteOrganisationUsers(tx, { organisationId: id });
    await replaceDomains(tx, id, []);
    const now = clock.now();
    const changes = { active: false, name: archivedName(organisation.name, now) };
    await saveOrganisation(tx, { id, changes, at: now });
    return { organisation: (await findOrganisation(tx, id))!, alreadyArchived: false };
  });
}
