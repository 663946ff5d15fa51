import { londonDate, type CalendarDate } from '../core/london-time.ts';
import type { Redis } from '../cache/redis.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { raiseAlert } from '../observability/raise-alert.ts';
import { readLastBillingRun } from './billing-fact-repository.ts';
import { nightlyBillingDays, rateMissingFor } from './billing-fact.ts';
import { countBilling, type BillingDeps, type RebuiltBillingDay } from './rebuild-billing-facts.ts';

export interface BillingScheduleDeps extends BillingDeps {
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'alerts'>;
}

/** When today's facts were counted last (data sheet §4.4). */
export const updatedAtKey = 'update_ft_billing_for_today:updated-at-utc-isoformat';

/** The nightly run (delivery sheet §10, 00:15 UTC): the ten days before today, and those that nights missed. */
export async function createNightlyBilling(
  deps: BillingScheduleDeps,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  const today = londonDate(deps.clock.now());
  await countAndTell(deps, nightlyBillingDays(today, await readLastBillingRun(deps.db)), signal);
}

/** The hourly run of today; Redis is told when it was. */
export async function updateBillingForToday(
  deps: BillingScheduleDeps & { readonly redis: Redis | null },
): Promise<void> {
  await countAndTell(deps, [londonDate(deps.clock.now())]);
  const updatedAt = deps.clock.now().toISOString().replace('Z', '+00:00');
  await deps.redis?.call('SET', updatedAtKey, updatedAt);
}

async function countAndTell(
  deps: BillingScheduleDeps,
  days: readonly CalendarDate[],
  signal?: AbortSignal,
): Promise<void> {
  const counted = await countBilling(deps, { days, serviceId: null, ...(signal !== undefined && { signal }) });
  const count = counted.reduce((sum, { after }) => sum + after.messages, 0);
  deps.logger.info({ days: days.length, count }, 'Counted messages for billing');
  tellOfMissingRates(deps, counted);
}

/** One alert for all, about the first: whoever adds its rate adds those of the others. */
function tellOfMissingRates(deps: BillingScheduleDeps, counted: readonly RebuiltBillingDay[]): void {
  const missing = counted.flatMap(problemsOf);
  if (missing[0] === undefined) return;
  const { day, message } = missing[0];
  raiseAlert(deps, {
    alert: 'billing-rate-missing',
    message: `${missing.length} kinds of messages are not counted for billing. ${message}`,
    command: `notify billing rates list --on ${day}`,
    details: { day, count: missing.length },
  });
}

/** What is not in the facts of a day, and why. */
export function problemsOf({ day, unpriced, despatch }: RebuiltBillingDay): { day: CalendarDate; message: string }[] {
  const ofServices = unpriced.map((messages) => ({
    day,
    message: `Service ${messages.serviceId}: ${rateMissingFor(day, messages).message}`,
  }));
  const despatched = (despatch?.unpriced ?? []).map(({ sheets, postage }) => ({
    day,
    message: `Despatched: ${rateMissingFor(day, { type: 'letter', units: sheets, postage, crown: true }).message}`,
  }));
  return [...ofServices, ...despatched];
}
