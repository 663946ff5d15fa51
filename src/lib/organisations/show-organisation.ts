import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import {
  findOrganisation,
  findOrganisationByDomains,
  findOrganisationOfService,
  listOrganisations,
  listServicesOfOrganisation,
  type OrganisationService,
} from './organisation-repository.ts';
import { domainsOf, type Organisation } from './organisation.ts';

interface Deps {
  readonly db: Queryable;
}

/** @throws AppError NOT_FOUND */
export async function showOrganisation({ db }: Deps, id: string): Promise<Organisation> {
  const organisation = await findOrganisation(db, id);
  if (organisation === null) throw noSuchOrganisation(id);
  return organisation;
}

/** All organisations, active ones first; those of a user, or only active ones, where that is asked. */
export async function showOrganisations(
  { db }: Deps,
  { onlyActive = false, userId = null }: { onlyActive?: boolean; userId?: string | null } = {},
): Promise<Organisation[]> {
  return listOrganisations(db, { active: onlyActive ? true : null, userId });
}

/** Whose domain an email address ends with, or a domain is or is part of; the longest wins, null: nobody's. */
export async function findOrganisationOfAddress(
  { db }: Deps,
  emailAddressOrDomain: string,
): Promise<Organisation | null> {
  return findOrganisationByDomains(db, domainsOf(emailAddressOrDomain));
}

/** Whose a service is; null: nobody's. */
export async function showOrganisationOfService({ db }: Deps, serviceId: string): Promise<Organisation | null> {
  return findOrganisationOfService(db, serviceId);
}

/** The services of an organisation, active ones first. @throws AppError NOT_FOUND */
export async function showServicesOfOrganisation({ db }: Deps, id: string): Promise<OrganisationService[]> {
  await showOrganisation({ db }, id);
  return listServicesOfOrganisation(db, id);
}

export function noSuchOrganisation(id: string): AppError {
  return new AppError('NOT_FOUND', `No organisation has the id '${id}'`);
}

/** @throws AppError REFUSED */
export function assertActive({ name, active }: Organisation): void {
  if (!active) throw new AppError('REFUSED', `Organisation '${name}' is archived`);
}
