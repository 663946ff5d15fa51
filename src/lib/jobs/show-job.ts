import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { findJob } from './job-repository.ts';
import { countNotificationsOfJob } from './job-statistics-repository.ts';
import type { Job } from './job.ts';
import type { JobWithStatistics } from './list-jobs.ts';
import { readJobStatistics } from './read-job-statistics.ts';

/** A job with its statistics. @throws AppError NOT_FOUND, also when it is another service's */
export async function showJobOfService(
  { db }: { readonly db: Queryable },
  input: { serviceId: string; jobId: string },
): Promise<JobWithStatistics> {
  const job = await requireJobOfService({ db }, input);
  return { ...job, statistics: await readJobStatistics({ db }, job.id) };
}

/** A job by id, for operators. @throws AppError NOT_FOUND */
export async function showJob(
  { db }: { readonly db: Queryable },
  { jobId }: { jobId: string },
): Promise<JobWithStatistics> {
  const job = await findJob(db, jobId);
  if (job === null) throw noSuchJobOf(jobId);
  return { ...job, statistics: await readJobStatistics({ db }, job.id) };
}

/** @throws AppError NOT_FOUND, also when it is another service's */
export async function requireJobOfService(
  { db }: { readonly db: Queryable },
  { serviceId, jobId }: { serviceId: string; jobId: string },
): Promise<Job> {
  const job = await findJob(db, jobId, serviceId);
  if (job === null) throw noSuchJobOf(jobId);
  return job;
}

/** How many notifications of a job there are. @throws AppError NOT_FOUND */
export async function countJobNotifications(
  { db }: { readonly db: Queryable },
  input: { serviceId: string; jobId: string },
): Promise<number> {
  return countNotificationsOfJob(db, (await requireJobOfService({ db }, input)).id);
}

export function noSuchJobOf(id: string): AppError {
  return new AppError('NOT_FOUND', `No job has the id '${id}'`);
}
