import type { Clock } from '../core/clock.ts';
import { londonDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import { listUnitsOfProviders } from './usage-repository.ts';

/** Units of texts that each provider took in this month in London, by its identifier (admin API sheet §4.12). */
export async function countProviderTexts({
  db,
  clock,
}: {
  readonly db: Queryable;
  readonly clock: Clock;
}): Promise<ReadonlyMap<string, number>> {
  const today = londonDate(clock.now());
  const units = await listUnitsOfProviders(db, { first: `${today.slice(0, 7)}-01`, last: today });
  return new Map(units.map((each) => [each.provider, each.units]));
}
