import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { listStuckJobs, moveJob } from './job-repository.ts';
import { processIncompleteJobsJob } from './job-tasks.ts';

const minuteMs = 60_000;

/**
 * Finds jobs that began 30 to 35 minutes ago and are not through, or were due then and did not begin, marks them as `error`
 * and queues one task that resumes them all (jobs sheet §6, check-job-status). Returns their ids.
 */
export async function checkJobStatus({
  db,
  clock,
  ids,
  queue,
  logger,
}: {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly queue: JobQueue;
  readonly logger: Logger;
}): Promise<string[]> {
  return db.transaction(async (tx) => {
    const at = clock.now();
    const stuck = await listStuckJobs(
      tx,
      new Date(at.getTime() - 35 * minuteMs),
      new Date(at.getTime() - 30 * minuteMs),
    );
    const jobIds: string[] = [];
    for (const { id, status } of stuck) if (await moveJob(tx, id, { from: status, to: 'error', at })) jobIds.push(id);
    if (jobIds.length === 0) return jobIds;
    await queue.enqueue(tx, [processIncompleteJobsJob(jobIds, ids.uuid())]);
    logger.warn({ jobIds }, 'Jobs did not get on and will be resumed');
    return jobIds;
  });
}
