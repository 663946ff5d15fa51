import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../core/errors.ts';
import { findJob } from './job-repository.ts';
import type { LeftOutReason } from './job-row-repository.ts';
import type { StatusCount } from './job-statistics.ts';
import type { Job, JobStatus } from './job.ts';
import { countRowsLeftOut } from './left-out-repository.ts';
import { processIncompleteJobs } from './process-incomplete-jobs.ts';
import { processJob, type ProcessJobDeps } from './process-job.ts';
import { readJobStatistics } from './read-job-statistics.ts';

export interface RunJobOptions {
  /** Ends the run after the batch that is being stored. */
  readonly signal: AbortSignal;
  /** Rows that were handed on, of all; called about twice a second. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** How a job stands when a run of it ends. */
export interface JobRun {
  readonly job: Job;
  readonly statistics: readonly StatusCount[];
  /** Rows that have a notification. */
  readonly stored: number;
  /** Notifications that wait for a worker to deliver them. */
  readonly waiting: number;
  /** Rows that have none, by reason. */
  readonly leftOut: Readonly<Record<LeftOutReason, number>>;
}

const watchEveryMs = 500;
const underWay: readonly JobStatus[] = ['pending', 'in progress'];

/**
 * Works through a job in this process, from where it stands, until all its rows are handed on; a worker may be at it at the
 * same time. A job that got stuck goes on. One that is over is left as it is.
 *
 * @throws AppError NOT_FOUND; REFUSED for a job that waits for its time, or was cancelled; what `processJob` throws
 */
export async function runJob(
  deps: ProcessJobDeps,
  { jobId }: { jobId: string },
  { signal, onProgress }: RunJobOptions,
): Promise<JobRun> {
  const before = await requireJob(deps, jobId);
  assertCanRun(before);
  if (before.status === 'error') await processIncompleteJobs(deps, { jobIds: [jobId] });
  const watch = onProgress === undefined ? null : watchJob(deps, jobId, onProgress);
  try {
    const job = await processToEnd(deps, jobId, signal);
    return { job, ...(await countRows(deps, job)) };
  } finally {
    await watch?.stop();
  }
}

async function processToEnd(deps: ProcessJobDeps, jobId: string, signal: AbortSignal): Promise<Job> {
  for (;;) {
    const outcome = await processJob(deps, { jobId }, { signal });
    const job = await requireJob(deps, jobId);
    if (signal.aborted || !underWay.includes(job.status)) return job;
    // Somebody else is at it: should they end before the job does, this goes on.
    if (outcome === 'idle') await sleep(watchEveryMs, null, { signal }).catch(() => undefined);
  }
}

async function countRows({ db }: ProcessJobDeps, { id }: Job): Promise<Omit<JobRun, 'job'>> {
  const statistics = await readJobStatistics({ db }, id);
  const stored = statistics.reduce((sum, { count }) => sum + count, 0);
  const waiting = statistics.find(({ status }) => status === 'created')?.count ?? 0;
  return { statistics, stored, waiting, leftOut: await countRowsLeftOut(db, id) };
}

/** Tells how far a job is, whoever works on it. */
function watchJob(
  { db }: ProcessJobDeps,
  jobId: string,
  onProgress: NonNullable<RunJobOptions['onProgress']>,
): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      const job = await findJob(db, jobId);
      if (job !== null && !stopped.signal.aborted) onProgress(job.rowsHandedOn, job.notificationCount);
      await sleep(watchEveryMs, null, { signal: stopped.signal });
    }
  })();
  // What the watch cannot read, the work will not be able to read either.
  const settled = watching.catch(() => undefined);
  return {
    async stop() {
      stopped.abort();
      await settled;
    },
  };
}

async function requireJob({ db }: ProcessJobDeps, jobId: string): Promise<Job> {
  const job = await findJob(db, jobId);
  if (job === null) throw new AppError('NOT_FOUND', `No job has the id '${jobId}'`);
  return job;
}

/** @throws AppError REFUSED */
function assertCanRun({ id, status, scheduledFor }: Job): void {
  if (status === 'scheduled') {
    throw new AppError('REFUSED', `The job waits for ${scheduledFor!.toISOString()}`, {
      hint: `notify jobs cancel ${id} takes it back; then the file can be sent now.`,
    });
  }
  if (status === 'cancelled') throw new AppError('REFUSED', 'The job was cancelled');
}
