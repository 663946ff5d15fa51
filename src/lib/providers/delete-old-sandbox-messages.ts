import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { deleteInBatches } from '../db/delete-in-batches.ts';
import { deleteSandboxMessagesBefore } from './sandbox-message-repository.ts';

const keptMs = 7 * 24 * 60 * 60 * 1000;
const batchSize = 10_000;

/** Empties the sandbox outbox of what is older than seven days, in batches. Returns how many went. */
export async function deleteOldSandboxMessages({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  const before = new Date(clock.now().getTime() - keptMs);
  return deleteInBatches(batchSize, (limit) => deleteSandboxMessagesBefore(db, before, limit));
}
