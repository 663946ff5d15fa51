import type { Queryable } from '../db/database.ts';
import { listAllInboundNumbers, type InboundNumberDetails } from './inbound-number-repository.ts';

/** Every number that texts can be sent to, and whose it is. */
export async function listInboundNumbers({ db }: { db: Queryable }): Promise<InboundNumberDetails[]> {
  return listAllInboundNumbers(db);
}
