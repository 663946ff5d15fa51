import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { insertInboundNumber } from './inbound-number-repository.ts';

/** Gives a service a number that texts can be sent to. Doing it again changes nothing. */
export async function addInboundNumber(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  input: { number: string; provider: string; serviceId: string | null },
): Promise<void> {
  await insertInboundNumber(db, { id: ids.uuid(), ...input }, clock.now());
}
