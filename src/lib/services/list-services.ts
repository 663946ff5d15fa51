import type { Database } from '../db/database.ts';
import { listServices as selectServices } from './service-repository.ts';
import type { Service } from './service.ts';

/** All services by name; archived ones too when asked. */
export async function listServices({ db }: { db: Database }, input: { archived: boolean }): Promise<Service[]> {
  return selectServices(db, { active: input.archived ? null : true });
}
