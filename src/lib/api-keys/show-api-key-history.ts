import type { Queryable } from '../db/database.ts';
import type { ApiKey } from './api-key.ts';
import { listApiKeyVersions } from './api-key-repository.ts';

export type ApiKeyVersion = ApiKey & { readonly version: number; readonly updatedAt: Date | null };

/** All versions of the keys of a service, the newest first; never their secrets (admin API sheet §4.1). */
export async function showApiKeyHistory(
  { db }: { db: Queryable },
  { serviceId }: { serviceId: string },
): Promise<ApiKeyVersion[]> {
  return listApiKeyVersions(db, serviceId);
}
