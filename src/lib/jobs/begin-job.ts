import { uncached } from '../cache/service-cache.ts';
import type { Clock } from '../core/clock.ts';
import { utcDate } from '../core/london-time.ts';
import type { Database, Queryable } from '../db/database.ts';
import { storeCounted } from '../limits/count-messages.ts';
import { dailyLimitOf } from '../limits/daily-count.ts';
import { holdDailyTotal } from '../limits/hold-daily-total.ts';
import type { Logger } from '../observability/logger.ts';
import type { Service } from '../services/service.ts';
import { requireService } from '../services/show-service.ts';
import { countRowsUnderWay, lockJob, moveJob } from './job-repository.ts';
import type { Job } from './job.ts';

export interface BeginJobDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Puts a job in progress, or finds it so after an interruption (jobs sheet §6, process-job steps 1 to 4). Null when there
 * is nothing to do: it is over, or not yet due, the service is inactive, or its day has no room for all of the job.
 *
 * Decided under the lock of the job and of the day's counter. What other jobs of the service still have to store counts as
 * stored, so that two jobs cannot both take the same room; no row is made before.
 */
export async function beginJob(deps: BeginJobDeps, jobId: string): Promise<Job | null> {
  return storeCounted(deps.db, async (tx) => {
    const job = await lockJob(tx, jobId);
    if (job === null || (job.status !== 'pending' && job.status !== 'in progress')) return null;
    const at = deps.clock.now();
    if (job.status === 'pending')
      await moveJob(tx, jobId, { from: 'pending', to: 'in progress', at, processingStarted: at });
    const begun: Job = { ...job, status: 'in progress', processingStarted: job.processingStarted ?? at };
    const service = await requireService({ db: tx, cache: uncached }, job.serviceId);
    if (!service.active) {
      await moveJob(tx, jobId, { from: 'in progress', to: 'cancelled', at });
      deps.logger.warn({ jobId, serviceId: service.id }, 'Job has been cancelled, service is inactive');
      return null;
    }
    // Once rows are stored, the job goes on: its room was decided before the first.
    if (job.rowsHandedOn > 0 || (await hasRoom(tx, { job, service, at }))) return begun;
    await moveJob(tx, jobId, { from: 'in progress', to: 'sending limits exceeded', at, processingFinished: at });
    deps.logger.info({ jobId, rows: job.notificationCount }, 'Job size exceeds what is left of the daily limit');
    return null;
  });
}

async function hasRoom(
  tx: Queryable,
  { job, service, at }: { job: Job; service: Service; at: Date },
): Promise<boolean> {
  const { templateType, notificationCount } = job;
  const total = await holdDailyTotal(tx, { serviceId: service.id, counted: templateType, day: utcDate(at) });
  const underWay = await countRowsUnderWay(tx, job);
  return total + underWay + notificationCount <= dailyLimitOf(service, templateType);
}
