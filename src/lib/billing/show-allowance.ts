import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Queryable } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { findAllowance, insertAllowances, listMissingAllowances } from './allowance-repository.ts';
import { assertBillingYear, billingYear, firstAllowance, type Allowance } from './allowance.ts';

export interface AllowanceDeps {
  readonly db: Queryable;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * The free allowance of a service in a financial year; one that it has not been given yet is made and stored (data sheet
 * §5.2).
 *
 * @param input.year without it, the one that goes on
 * @throws AppError NOT_FOUND; VALIDATION_FAILED for a year without rates or one that has not begun
 */
export async function showAllowance(
  deps: AllowanceDeps,
  { serviceId, year = billingYear(deps.clock.now()) }: { serviceId: string; year?: number },
): Promise<Allowance> {
  assertBillingYear(year, deps.clock.now());
  const known = await findAllowance(deps.db, { serviceId, year });
  if (known !== null) return known;
  await requireService(deps, serviceId);
  await makeAllowance(deps, { serviceId, year });
  return (await findAllowance(deps.db, { serviceId, year }))!;
}

async function makeAllowance(
  { db, clock, ids }: AllowanceDeps,
  { serviceId, year }: { serviceId: string; year: number },
): Promise<void> {
  const missing = await listMissingAllowances(db, { year, serviceId, after: null, limit: 1 });
  const made = missing.map((basis) => firstAllowance(basis, year));
  await insertAllowances(
    db,
    made.map((allowance) => ({ id: ids.uuid(), ...allowance })),
    clock.now(),
  );
}
