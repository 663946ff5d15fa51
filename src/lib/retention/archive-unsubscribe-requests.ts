import type { Clock } from '../core/clock.ts';
import type { Queryable } from '../db/database.ts';
import { deleteInBatches } from '../db/delete-in-batches.ts';
import { countOldRequests, moveOldRequests } from './left-behind-repository.ts';
import { retentionCutOff } from './retention-cut-off.ts';

const daysAfterReport = 7;
const daysWithoutReport = 90;
const batchSize = 10_000;

/**
 * Moves requests to unsubscribe to their history, without the address, once nobody asks for them any more (delivery sheet
 * §10): a week after their report was made; without one, after 90 days. Returns how many.
 */
export async function archiveUnsubscribeRequests(
  { db, clock }: { readonly db: Queryable; readonly clock: Clock },
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<number> {
  const now = clock.now();
  const old = {
    reportedBefore: retentionCutOff(daysAfterReport, now),
    unreportedBefore: retentionCutOff(daysWithoutReport, now),
  };
  if (dryRun) return countOldRequests(db, old);
  return deleteInBatches(batchSize, (limit) => moveOldRequests(db, old, limit));
}
