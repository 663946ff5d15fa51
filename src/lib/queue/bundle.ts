import type { BundlePlace, NewJob } from './new-job.ts';
import type { JobData } from './queue-database.ts';
import type { QueueName } from './queues.ts';

/**
 * Bundles: jobs that are stored, claimed and taken out of the queue as one
 * (`docs/adr/0020-rows-of-a-job-are-delivered-in-bundles.md`).
 */

/** The argument of a bundle, which says all that is needed to make its jobs single again. */
export interface BundleArgs {
  readonly queue: QueueName;
  readonly task: string;
  readonly priority: number;
  /** Name of their one argument, which is the subject. */
  readonly argument: string;
  readonly subjects: readonly string[];
}

/** A version of the program that does not know of bundles puts them back, as it does with every task that it does not know. */
export const bundleTask = 'run-bundle';

/** A slot works on the jobs of a bundle one after another: more would be cheaper still, but keep urgent jobs waiting. */
const mostJobsOfBundle = 10;

/** Puts jobs of one queue, that are neighbours and begin at once, into bundles; leaves the others as they are. */
export function bundleJobs(jobs: readonly NewJob[]): NewJob[] {
  const bundled: NewJob[] = [];
  let group: BundledJob[] = [];
  const endGroup = (): void => {
    const [first] = group;
    if (first !== undefined) bundled.push(group.length === 1 ? first : toBundle(first, group));
    group = [];
  };
  for (const job of jobs) {
    if (!isBundled(job)) {
      endGroup();
      bundled.push(job);
      continue;
    }
    if (group.length > 0 && !areOneBundle(group[0]!, job)) endGroup();
    group.push(job);
  }
  endGroup();
  return bundled;
}

type BundledJob = NewJob & { readonly bundle: BundlePlace };

function isBundled(job: NewJob): job is BundledJob {
  const { bundle, attempt = 1, delay = 0, requestId = null } = job;
  return bundle !== undefined && attempt === 1 && delay === 0 && requestId === null && argumentOf(job) !== null;
}

/** The name of a job's one argument, if that is its subject. */
function argumentOf({ args, subject }: NewJob): string | null {
  let argument: string | null = null;
  for (const name in args) {
    if (argument !== null || (args as Record<string, unknown>)[name] !== subject) return null;
    argument = name;
  }
  return argument;
}

function areOneBundle(first: BundledJob, job: BundledJob): boolean {
  return (
    startOf(first.bundle) === startOf(job.bundle) &&
    first.bundle.of === job.bundle.of &&
    first.task === job.task &&
    argumentOf(first) === argumentOf(job) &&
    first.priority === job.priority
  );
}

/** Bundles begin at fixed places, so that the one of a place can be looked up. */
function startOf({ at }: BundlePlace): number {
  return at - (at % mostJobsOfBundle);
}

function toBundle(first: BundledJob, group: readonly BundledJob[]): NewJob {
  const { queue, task, priority = 0, bundle } = first;
  const subjects = group.map(({ subject }) => subject);
  const args: BundleArgs = { queue, task, priority, argument: argumentOf(first)!, subjects };
  return { queue, task: bundleTask, args, subject: subjectOf(bundle.of, bundle.at), priority };
}

function subjectOf(whole: string, at: number): string {
  return `${whole}:${at}`;
}

/** The subjects of the bundles that can hold a job: its own place, or one of those before it, comes first in them. */
export function subjectsOfBundles(places: readonly BundlePlace[]): string[] {
  const subjects = new Set<string>();
  for (const place of places)
    for (let at = startOf(place); at <= place.at; at += 1) subjects.add(subjectOf(place.of, at));
  return [...subjects];
}

export function isBundle({ task }: Pick<JobData, 'task'>): boolean {
  return task === bundleTask;
}

/** The jobs of a bundle, as they are when they are stored one by one. */
export function jobsOfBundle({ args }: Pick<JobData, 'args'>): NewJob[] {
  const { queue, task, priority, argument, subjects } = args as BundleArgs;
  return subjects.map((subject) => ({ queue, task, priority, subject, args: { [argument]: subject } }));
}

/** How many jobs a row of the queue's table holds. */
export const jobsOfRowSql = `CASE WHEN starts_with(singleton_key, '${bundleTask}:') THEN jsonb_array_length(data #> '{args,subjects}') ELSE 1 END`;
