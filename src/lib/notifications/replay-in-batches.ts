import type { Clock } from '../core/clock.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database, Queryable } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import { findLiveSubjects } from '../queue/find-jobs.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { deliverTasks, deliveryJob, placeInJob } from './accepted-message.ts';
import type { ReplayFilter, ReplayOptions, ReplayResult, ReplaySource } from './replay.ts';
import { listReplayCandidates, type ReplayCandidate, type ReplayCursor } from './replay-repository.ts';

export interface ReplayDeps {
  readonly db: Database;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
  readonly logger: Logger;
}

const batchSize = 500;

/**
 * Puts notifications back on the queue that they belong to, in batches, oldest first: a batch is all or nothing, and what
 * was replayed is told from the rest by its job, so an interrupted replay is simply repeated. A notification with a live
 * deliver job is left to that job, and several replays at once share the work: nothing is sent twice.
 *
 * @param prepare changes the rows of a batch, in its transaction
 */
export async function replayInBatches(
  deps: ReplayDeps,
  source: ReplaySource,
  filter: ReplayFilter,
  { limit = null, dryRun = false, onProgress, signal }: ReplayOptions,
  prepare: (tx: Queryable, candidates: readonly ReplayCandidate[]) => Promise<void>,
): Promise<ReplayResult> {
  const counts = { sms: noneYet(), email: noneYet(), letter: noneYet() };
  let total = 0;
  let after: ReplayCursor | null = null;
  while (signal?.aborted !== true && (limit === null || total < limit)) {
    const page: Page = await deps.db.transaction(async (tx) => {
      const candidates = await listReplayCandidates(tx, source, filter, { after, limit: batchSize, lock: !dryRun });
      const live = await findLiveSubjects(
        { db: tx },
        {
          tasks: Object.values(deliverTasks),
          subjects: candidates.map((candidate) => ({ subject: candidate.id, ...placeInJob(candidate) })),
        },
      );
      const rest = limit === null ? batchSize : limit - total;
      const idle = candidates.filter(({ id }) => !live.has(id)).slice(0, rest);
      if (!dryRun && idle.length > 0) {
        await prepare(tx, idle);
        await deps.queue.enqueue(tx, idle.map(replayJob), { leaveLive: true });
      }
      return { candidates, live, idle };
    });
    for (const { id, notificationType } of page.candidates) if (page.live.has(id)) counts[notificationType].live += 1;
    for (const { notificationType } of page.idle) counts[notificationType].replayed += 1;
    total += page.idle.length;
    onProgress?.(total);
    if (page.candidates.length < batchSize) break;
    after = page.candidates.at(-1)!;
  }
  return counts;
}

interface Page {
  readonly candidates: readonly ReplayCandidate[];
  readonly live: ReadonlySet<string>;
  readonly idle: readonly ReplayCandidate[];
}

function noneYet(): { replayed: number; live: number } {
  return { replayed: 0, live: 0 };
}

/** By the rule of new messages, except that no replay is urgent (delivery sheet §11). */
function replayJob(notification: ReplayCandidate): ReturnType<typeof deliveryJob> {
  return deliveryJob({ notification, processType: 'normal', requestId: null });
}
