import type { Clock } from '../core/clock.ts';
import type { Queryable } from '../db/database.ts';
import type { JobOutcomes } from './job-outcomes.ts';
import { countNotificationsOfJobs, listFactsOfJobs, type JobStatusCount } from './job-statistics-repository.ts';
import { isSettled, liveSince, type CountedJob, type StatusCount } from './job-statistics.ts';

export interface StatisticsDeps {
  readonly db: Queryable;
  readonly clock: Clock;
  readonly jobOutcomes: JobOutcomes;
}

/** The statistics of one job (jobs sheet §3): its notifications; if there are none any more, the rows of the facts. */
export async function readJobStatistics({ db }: Pick<StatisticsDeps, 'db'>, jobId: string): Promise<StatusCount[]> {
  const live = await countNotificationsOfJobs(db, [jobId]);
  const counts = live.length > 0 ? live : await listFactsOfJobs(db, [jobId]);
  return counts.map(({ status, count }) => ({ status, count }));
}

/**
 * The statistics of the jobs of a list, by id (jobs sheet §3): nothing for one that has not begun; the summed facts for
 * one that began days ago; else its notifications. What cannot change any more is remembered.
 */
export async function readListStatistics(
  { db, clock, jobOutcomes }: StatisticsDeps,
  jobs: readonly CountedJob[],
): Promise<ReadonlyMap<string, readonly StatusCount[]>> {
  const begun = jobs.filter(({ processingStarted }) => processingStarted !== null);
  const statistics = new Map(await jobOutcomes.read(begun.map(({ id }) => id)));
  const unknown = begun.filter(({ id }) => !statistics.has(id));
  const since = liveSince(clock.now());
  const isLive = ({ processingStarted }: CountedJob): boolean => processingStarted! >= since;
  const [live, facts] = [unknown.filter(isLive), unknown.filter((job) => !isLive(job))];
  const read: JobStatusCount[] = [
    ...(live.length === 0 ? [] : await countNotificationsOfJobs(db, idsOf(live))),
    ...(facts.length === 0 ? [] : await listFactsOfJobs(db, idsOf(facts))),
  ];
  for (const job of unknown) {
    const counts = summed(read.filter(({ jobId }) => jobId === job.id));
    statistics.set(job.id, counts);
    if (isSettled(job, counts)) await jobOutcomes.keep(job.id, counts);
  }
  return statistics;
}

function idsOf(jobs: readonly CountedJob[]): string[] {
  return jobs.map(({ id }) => id);
}

function summed(counts: readonly StatusCount[]): StatusCount[] {
  const sums = new Map<StatusCount['status'], number>();
  for (const { status, count } of counts) sums.set(status, (sums.get(status) ?? 0) + count);
  return [...sums].map(([status, count]) => ({ status, count }));
}
