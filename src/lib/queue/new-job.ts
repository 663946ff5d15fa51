import type { JobData } from './queue-database.ts';
import type { QueueName } from './queues.ts';

/** A job to enqueue. */
export interface NewJob {
  readonly queue: QueueName;
  readonly task: string;
  /** JSON-safe arguments. */
  readonly args: object;
  /**
   * What the job is about; with the task it names the job: at most one live job per queue, task and subject.
   * Jobs in bundles do not count: `findLiveSubjects` knows of them.
   */
  readonly subject: string;
  readonly attempt?: number;
  /** Seconds from now. */
  readonly delay?: number;
  /** Of the jobs that wait in a queue, those of higher priority come first; 0 when absent. */
  readonly priority?: number;
  /**
   * Lets it be stored together with its neighbours, if it begins at once, is a first attempt, of no request, and its one
   * argument is its subject.
   */
  readonly bundle?: BundlePlace;
  readonly requestId?: string | null;
}

/** Where a job stands among others that were made of the same thing, such as the rows of a file. */
export interface BundlePlace {
  /** Names the whole. */
  readonly of: string;
  /** Its number in the whole, from 0; no two jobs of a task ever have the same. */
  readonly at: number;
}

/** A job as it is stored. */
export function toJobData({ task, args, subject, attempt = 1, requestId = null }: NewJob): JobData {
  return { task, args, subject, attempt, requestId };
}
