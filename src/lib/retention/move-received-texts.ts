import type { Clock } from '../core/clock.ts';
import type { Queryable } from '../db/database.ts';
import { deleteInBatches } from '../db/delete-in-batches.ts';
import { countInboundSms, listInboundRetention, moveInboundSms } from './left-behind-repository.ts';
import { retentionCutOff } from './retention-cut-off.ts';

const batchSize = 10_000;

/**
 * Moves received texts that are older than their service keeps texts to their history, without sender and content (data
 * sheet §6): a week for a service without a number of its own. Returns how many.
 *
 * @param scope `dryRun`: only counts them
 */
export async function moveReceivedTexts(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  { serviceId = null, dryRun = false }: { readonly serviceId?: string | null; readonly dryRun?: boolean } = {},
): Promise<number> {
  const now = clock.now();
  let total = 0;
  // Nothing of today ever goes.
  for (const kept of await listInboundRetention(db, { serviceId, before: retentionCutOff(0, now) })) {
    const old = { serviceId: kept.serviceId, before: retentionCutOff(kept.days, now) };
    total += dryRun
      ? await countInboundSms(db, old)
      : await deleteInBatches(batchSize, (limit) => moveInboundSms(db, { ...old, limit }));
  }
  return total;
}
