import type { Queryable } from '../db/database.ts';

/** How many services are live, and how many organisations they belong to. */
export interface LiveCounts {
  readonly services: number;
  readonly organisations: number;
}

export async function countLiveServicesAndOrganisations(db: Queryable): Promise<LiveCounts> {
  const { rows } = await db.query<LiveCounts>(`
    SELECT count(*) AS services, count(DISTINCT organisation_id) AS organisations FROM services
    WHERE active AND NOT restricted AND count_as_live`);
  return rows[0]!;
}
