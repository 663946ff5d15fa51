import type { Queryable } from '../db/database.ts';
import { countLiveServicesAndOrganisations, type LiveCounts } from './live-service-repository.ts';

/** Counts the services that are live, those that are not to be counted left out, and their organisations. */
export async function countLiveServices({ db }: { db: Queryable }): Promise<LiveCounts> {
  return countLiveServicesAndOrganisations(db);
}
