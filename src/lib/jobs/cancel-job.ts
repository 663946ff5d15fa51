import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { parseUuid } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { findJob, lockJob, moveJob } from './job-repository.ts';
import type { Job } from './job.ts';

/**
 * Cancels a job that waits for its time, also when that is past already (jobs sheet §3). Its row is locked: either the
 * scheduler starts it, or this cancels it.
 *
 * @throws AppError NOT_FOUND, also for a job that is not, or no longer, scheduled
 */
export async function cancelJob(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  input: { readonly serviceId: string; readonly jobId: string },
): Promise<Job> {
  const [serviceId, jobId] = [parseUuid(input.serviceId), parseUuid(input.jobId)];
  return db.transaction(async (tx) => {
    const job = serviceId === null || jobId === null ? null : await lockJob(tx, jobId, serviceId);
    if (job?.status !== 'scheduled') throw new AppError('NOT_FOUND', 'No result found');
    await moveJob(tx, job.id, { from: 'scheduled', to: 'cancelled', at: clock.now() });
    return (await findJob(tx, job.id))!;
  });
}
