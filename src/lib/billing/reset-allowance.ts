import { restoreDefaults } from './allowance-repository.ts';
import { billingYear } from './allowance.ts';
import { showAllowance, type AllowanceDeps } from './show-allowance.ts';

/**
 * Gives a service the allowance of its type of organisation, after that has changed, for this financial year and those
 * after it (admin API sheet §4.14). What was set by hand stays, and so does having none after a year of high volume.
 *
 * @param deps.db the transaction that changed the type
 * @throws AppError NOT_FOUND
 */
export async function resetAllowance(deps: AllowanceDeps, { serviceId }: { serviceId: string }): Promise<void> {
  const now = deps.clock.now();
  const year = billingYear(now);
  await showAllowance(deps, { serviceId, year });
  await restoreDefaults(deps.db, { serviceId, year }, now);
}
