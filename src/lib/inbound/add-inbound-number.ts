import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { insertInboundNumber } from './inbound-number-repository.ts';
import { assertInboundNumber } from './inbound-number.ts';

/**
 * Adds a number that texts can be sent to, of a service or free for one. Doing it again changes nothing, and is false.
 *
 * @throws AppError USAGE_INVALID for what is no number of a phone
 */
export async function addInboundNumber(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  input: { number: string; provider: string; serviceId: string | null },
): Promise<boolean> {
  assertInboundNumber(input.number);
  return insertInboundNumber(db, { id: ids.uuid(), ...input }, clock.now());
}
