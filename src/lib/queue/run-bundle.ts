import { messageOf } from '../core/errors.ts';
import { jobsOfBundle } from './bundle.ts';
import type { ClaimedJob, WorkedQueue } from './job-claims.ts';
import { requireClaim } from './job-repository.ts';
import { toJobData } from './new-job.ts';
import { runAttempt, type Ending, type WorkerDeps } from './run-job.ts';

/**
 * Runs the jobs of a bundle one after another, each as if it were alone: what fails goes on as a job of its own. A bundle
 * whose worker died, or lost the database, is taken apart, so that the job that may be to blame is alone the next time.
 * Never rejects.
 */
export async function runBundle(
  deps: WorkerDeps,
  queue: WorkedQueue,
  bundle: ClaimedJob,
  signal: AbortSignal,
): Promise<Ending> {
  if (bundle.retryCount > 0) return takeBundleApart(deps, queue, bundle);
  for (const job of jobsOfBundle(bundle.data)) {
    // Somebody else has the bundle now.
    if (signal.aborted) return 'settled';
    const data = toJobData(job);
    const ending = await runAttempt(deps, queue, { data, end: (tx) => requireClaim(tx, queue, bundle) }, signal);
    if (typeof ending === 'object') return ending;
  }
  return 'done';
}

/**
 * Stores the jobs of a bundle one by one. Those that were done do nothing when they run again, and those that failed have
 * a retry, which they are left to. Never rejects.
 */
export async function takeBundleApart(
  { db, queue: jobQueue, logger }: WorkerDeps,
  queue: WorkedQueue,
  { data }: ClaimedJob,
): Promise<Ending> {
  try {
    await db.transaction((tx) => jobQueue.enqueue(tx, jobsOfBundle(data), { leaveLive: true }));
    logger.warn({ queue, subject: data.subject }, 'The worker of a bundle of jobs died; each is now a job of its own');
    return 'done';
  } catch (error) {
    logger.error({ err: error, queue, subject: data.subject }, 'A bundle of jobs could not be taken apart');
    return { giveBack: messageOf(error) };
  }
}
