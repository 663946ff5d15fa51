import type { Clock } from '../core/clock.ts';
import { addDays, londonDate, londonMidnightUtc } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import {
  countJobsOfService,
  listJobsOfService,
  summariseScheduledJobs,
  type JobListFilter,
  type ScheduledJobs,
} from './job-list-repository.ts';
import type { StatusCount } from './job-statistics.ts';
import type { Job } from './job.ts';
import { readListStatistics, type StatisticsDeps } from './read-job-statistics.ts';

export interface JobListQuery {
  readonly serviceId: string;
  readonly statuses: readonly string[];
  /** Only jobs made since this many midnights in London ago, 0 being today's; null for all. */
  readonly limitDays: number | null;
  readonly contactListId: string | null;
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
}

export type JobWithStatistics = Job & { readonly statistics: readonly StatusCount[] };

export interface JobPage {
  readonly jobs: readonly JobWithStatistics[];
  /** On all pages. */
  readonly total: number;
}

/**
 * A page of a service's jobs (jobs sheet §3): those that have not begun first, then the latest begun. Jobs of contact
 * lists are among them. Null for a page after the last one; the first is there even when it is empty.
 */
export async function listJobs(deps: StatisticsDeps, query: JobListQuery): Promise<JobPage | null> {
  const { db, clock } = deps;
  const { serviceId, statuses, limitDays, contactListId, page, pageSize } = query;
  const createdSince = limitDays === null ? null : midnightDaysAgo(limitDays, clock);
  const filter: JobListFilter = { serviceId, statuses, createdSince, contactListId };
  const jobs = await listJobsOfService(db, filter, { limit: pageSize, offset: (page - 1) * pageSize });
  if (jobs.length === 0 && page > 1) return null;
  const total = await countJobsOfService(db, filter);
  const statistics = await readListStatistics(deps, jobs);
  return { jobs: jobs.map((job) => ({ ...job, statistics: statistics.get(job.id) ?? [] })), total };
}

/** Longer than anything is kept. */
const mostDays = 100 * 366;

/** 00:00 in London some days before today. */
export function midnightDaysAgo(days: number, clock: Clock): Date {
  const bounded = Math.max(-mostDays, Math.min(mostDays, days));
  return londonMidnightUtc(addDays(londonDate(clock.now()), -bounded));
}

/** How many jobs of a service wait for their time, and the soonest: right however many there are. */
export async function readScheduledJobs(
  { db }: { readonly db: Queryable },
  { serviceId }: { serviceId: string },
): Promise<ScheduledJobs> {
  return summariseScheduledJobs(db, serviceId);
}
