import { isAppError, messageOf } from '../core/errors.ts';
import { jobsOfBundle } from './bundle.ts';
import type { ClaimedJob, WorkedQueue } from './job-claims.ts';
import { listLiveJobs, requireClaim } from './job-repository.ts';
import { toJobData, type NewJob } from './new-job.ts';
import { runAttempt, type Ending, type WorkerDeps } from './run-job.ts';

/** Urgent jobs wait no longer than this and one job for a slot, however slow a provider is. */
const longestMs = 1000;

/** Tells a run to end: at once, as the claim is lost, or after the job that runs, as the worker is stopping. */
export interface BundleSignals {
  readonly signal: AbortSignal;
  readonly stopping: AbortSignal;
}

/**
 * Runs the jobs of a bundle one after another, each as if it were alone: what fails goes on as a job of its own, and so
 * does what is left after a second, or when the worker stops. A bundle that is handed out again, since its worker died or
 * lost the database, is taken apart: the job that may be to blame is then alone. Never rejects.
 */
export async function runBundle(
  deps: WorkerDeps,
  queue: WorkedQueue,
  bundle: ClaimedJob,
  { signal, stopping }: BundleSignals,
): Promise<Ending> {
  if (bundle.retryCount > 0) return takeBundleApart(deps, queue, bundle);
  const jobs = jobsOfBundle(bundle.data);
  const until = performance.now() + longestMs;
  for (const [index, job] of jobs.entries()) {
    // Somebody else has the bundle now.
    if (signal.aborted) return 'settled';
    if (index > 0 && (stopping.aborted || performance.now() >= until))
      return storeSingly(deps, queue, bundle, jobs.slice(index));
    const data = toJobData(job);
    const ending = await runAttempt(deps, queue, { data, end: (tx) => requireClaim(tx, queue, bundle) }, signal);
    if (typeof ending === 'object') return ending;
  }
  return 'done';
}

/** Makes single jobs of all jobs of a bundle; those that were done do nothing when they run again. Never rejects. */
export async function takeBundleApart(deps: WorkerDeps, queue: WorkedQueue, bundle: ClaimedJob): Promise<Ending> {
  const { subject } = bundle.data;
  deps.logger.warn({ queue, subject }, 'A bundle of jobs was handed out again; each becomes a job of its own');
  return storeSingly(deps, queue, bundle, jobsOfBundle(bundle.data));
}

/** Stores jobs of a claimed bundle one by one, those excepted that have a retry, in whatever queue. Never rejects. */
async function storeSingly(
  { db, queue: jobQueue, logger }: WorkerDeps,
  queue: WorkedQueue,
  bundle: ClaimedJob,
  jobs: readonly NewJob[],
): Promise<Ending> {
  try {
    await db.transaction(async (tx) => {
      await requireClaim(tx, queue, bundle);
      // A bundle has one task.
      const retries = await listLiveJobs(tx, [jobs[0]!.task], jobs);
      const retried = new Set(retries.map(({ subject }) => subject));
      await jobQueue.enqueue(
        tx,
        jobs.filter(({ subject }) => !retried.has(subject)),
        { leaveLive: true },
      );
    });
    return 'done';
  } catch (error) {
    if (isAppError(error, 'LOCKED')) return 'settled';
    logger.error({ err: error, queue, subject: bundle.data.subject }, 'Jobs of a bundle could not be stored singly');
    return { giveBack: messageOf(error) };
  }
}
