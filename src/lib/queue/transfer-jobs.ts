import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import {
  countLiveJobs,
  createJobStagingTable,
  dropStagedDuplicates,
  insertStagedJobs,
  jobStagingTarget,
  liveJobSource,
} from './job-transfer-repository.ts';

/** The jobs that wait or run, for taking them to another database. */
export async function readLiveJobs(snapshot: Queryable): Promise<{ count: number; source: string }> {
  return { count: await countLiveJobs(snapshot), source: liveJobSource };
}

/**
 * Puts jobs of `readLiveJobs` into this queue as waiting jobs: those that ran run again, at least once being the promise
 * of every job.
 *
 * @param load writes the lines of `COPY … FROM` to the given target
 * @throws AppError QUEUE_REFUSED_JOB when one has no queue here
 */
export async function storeTransferredJobs(
  tx: Queryable,
  load: (target: string) => Promise<number>,
): Promise<{ stored: number }> {
  await createJobStagingTable(tx);
  const staged = await load(jobStagingTarget);
  const duplicates = await dropStagedDuplicates(tx);
  const stored = await insertStagedJobs(tx);
  if (stored + duplicates !== staged) {
    throw new AppError(
      'QUEUE_REFUSED_JOB',
      `${staged - stored - duplicates} of ${staged} jobs belong to queues that this version of the program does not have`,
    );
  }
  return { stored };
}
