import type { Clock } from '../core/clock.ts';
import { AppError, isAppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import type { Limits } from '../limits/limits.ts';
import { cancelJob } from './cancel-job.ts';
import { cancelLetterJob } from './cancel-letter-job.ts';
import type { Job } from './job.ts';
import { showJob } from './show-job.ts';

/**
 * Cancels a job for an operator: one that waits for its time, or one of letters that are not printed yet.
 *
 * @returns the job as it is now, and how many letters were cancelled; null for a job that had none yet
 * @throws AppError NOT_FOUND; REFUSED for a job that cannot be cancelled any more, for letters in the words of the jobs
 *   sheet §3
 */
export async function cancelAnyJob(
  deps: { readonly db: Database; readonly clock: Clock; readonly limits: Limits },
  { jobId }: { jobId: string },
): Promise<{ readonly job: Job; readonly letters: number | null }> {
  const job = await showJob(deps, { jobId });
  assertStillCancellable(job);
  const { serviceId } = job;
  if (job.status === 'scheduled') return { job: await cancelJob(deps, { serviceId, jobId }), letters: null };
  const letters = await cancelLetterJob(deps, { serviceId, jobId }).catch((error: unknown) => {
    throw isAppError(error, 'REQUEST_INVALID') ? new AppError('REFUSED', error.message, { cause: error }) : error;
  });
  return { job: await showJob(deps, { jobId }), letters };
}

/** Texts and emails go out as soon as a job begins. @throws AppError REFUSED */
export function assertStillCancellable({ status, templateType }: Pick<Job, 'status' | 'templateType'>): void {
  if (status === 'scheduled' || templateType === 'letter') return;
  throw new AppError('REFUSED', `The job is '${status}': only a job that waits for its time can be cancelled`);
}
