import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { listProviderDetails, listProviderVersions } from './provider-details-repository.ts';
import type { ProviderDetails } from './provider-details.ts';

/** All providers, with who changed them last (admin API sheet §4.12). */
export async function showAllProviderDetails({ db }: { db: Queryable }): Promise<ProviderDetails[]> {
  return listProviderDetails(db);
}

/** @throws AppError NOT_FOUND */
export async function showProviderDetails(
  { db }: { db: Queryable },
  { providerId }: { providerId: string },
): Promise<ProviderDetails> {
  const provider = (await listProviderDetails(db)).find(({ id }) => id === providerId);
  if (provider === undefined) throw new AppError('NOT_FOUND', `No provider has the id '${providerId}'`);
  return provider;
}

/** Versions of a provider that are shown. */
const shownVersions = 100;

/** The newest versions of a provider, the newest first. @throws AppError NOT_FOUND */
export async function showProviderVersions(
  { db }: { db: Queryable },
  { providerId }: { providerId: string },
): Promise<ProviderDetails[]> {
  const versions = await listProviderVersions(db, { id: providerId, limit: shownVersions });
  if (versions.length === 0) throw new AppError('NOT_FOUND', `No provider has the id '${providerId}'`);
  return versions;
}
