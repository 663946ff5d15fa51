import type { Database } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import type { ApiKey } from './api-key.ts';
import { listApiKeys as selectApiKeys } from './api-key-repository.ts';

/** The keys of a service, revoked ones included; never their secrets. @throws AppError NOT_FOUND */
export async function listApiKeys({ db }: { db: Database }, input: { serviceId: string }): Promise<ApiKey[]> {
  await requireService({ db }, input.serviceId);
  return selectApiKeys(db, input.serviceId);
}
