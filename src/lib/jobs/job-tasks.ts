import type { NewJob } from '../queue/job-queue.ts';
import type { QueueName } from '../queue/queues.ts';
import type { NotificationType } from '../notifications/notification.ts';
import type { Job } from './job.ts';

/** The background work of jobs: names, arguments, queues (delivery sheet §2, jobs sheet §6). */

export const processJobTaskName = 'process-job';
export const processIncompleteJobsTaskName = 'process-incomplete-jobs';

export interface ProcessJobArgs {
  readonly jobId: string;
}

export interface ProcessIncompleteJobsArgs {
  readonly jobIds: readonly string[];
}

/** Rows that are stored on their own; what they hold stays in the file. */
export interface SaveRowsArgs {
  readonly jobId: string;
  readonly rowNumbers: readonly number[];
}

/** Rows of one task at most: it reads the file once for all of them. */
export const mostRowsOfTask = 1000;

/** What a file of recipients causes comes after what the API was asked for. */
export const rowPriority = -1;

export const saveRowsTasks: Readonly<Record<NotificationType, string>> = {
  sms: 'save-sms',
  email: 'save-email',
  letter: 'save-letter',
};

const saveRowsQueues: Readonly<Record<NotificationType, QueueName>> = {
  sms: 'bulk-sms',
  email: 'bulk-email',
  letter: 'db-letter',
};

/** The task that hands on the rows of a job. */
export function processJobJob(jobId: string): NewJob {
  const args: ProcessJobArgs = { jobId };
  return { queue: 'process-job', task: processJobTaskName, args, subject: jobId };
}

/** The task that resumes jobs; the subject is an id of its own, since each task has other jobs. */
export function processIncompleteJobsJob(jobIds: readonly string[], subject: string): NewJob {
  const args: ProcessIncompleteJobsArgs = { jobIds };
  return { queue: 'process-job', task: processIncompleteJobsTaskName, args, subject };
}

/** Tasks that store single rows of a job. @param rowNumbers ascending */
export function saveRowsJobs(
  { id, templateType }: Pick<Job, 'id' | 'templateType'>,
  rowNumbers: readonly number[],
  rowsOfTask: number,
): NewJob[] {
  const jobs: NewJob[] = [];
  for (let from = 0; from < rowNumbers.length; from += rowsOfTask) {
    const args: SaveRowsArgs = { jobId: id, rowNumbers: rowNumbers.slice(from, from + rowsOfTask) };
    const subject = `${id}:${args.rowNumbers[0]}-${args.rowNumbers.at(-1)}`;
    const queue = saveRowsQueues[templateType];
    jobs.push({ queue, task: saveRowsTasks[templateType], args, subject, priority: rowPriority });
  }
  return jobs;
}
