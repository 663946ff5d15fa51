import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { recordEvent } from '../events/record-event.ts';
import { findDefaultLimit, saveLimit } from './allowance-repository.ts';
import { billingYear, mostFreeUnits, type Allowance } from './allowance.ts';
import { showAllowance } from './show-allowance.ts';

interface SetAllowanceDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Sets the free allowance of a service in a financial year, and keeps an event of the change. It is a custom one unless it
 * is the default of the service's type of organisation (data sheet §5.2).
 *
 * @param input.year without it, the one that goes on
 * @param input.limit units of texts; null: the default
 * @throws AppError NOT_FOUND; VALIDATION_FAILED
 */
export async function setAllowance(
  { db, clock, ids }: SetAllowanceDeps,
  { serviceId, year = billingYear(clock.now()), limit }: { serviceId: string; year?: number; limit: number | null },
): Promise<Allowance> {
  if (limit !== null && !(Number.isInteger(limit) && limit >= 0 && limit <= mostFreeUnits)) {
    throw new AppError('VALIDATION_FAILED', `limit is ${limit}: expected a whole number from 0 to ${mostFreeUnits}`);
  }
  return db.transaction(async (tx) => {
    const deps = { db: tx, clock, ids };
    const before = await showAllowance(deps, { serviceId, year });
    const defaultLimit = await findDefaultLimit(tx, { serviceId, year });
    const after = { ...before, limit: limit ?? defaultLimit, isCustom: limit !== null && limit !== defaultLimit };
    if (after.limit === before.limit && after.isCustom === before.isCustom) return before;
    await saveLimit(tx, after, clock.now());
    const data = { service_id: serviceId, financial_year_start: year, from: before.limit, to: after.limit };
    await recordEvent(deps, { eventType: 'set_free_sms_fragment_limit', data });
    return after;
  });
}
