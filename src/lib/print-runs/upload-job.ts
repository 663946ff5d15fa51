import type { NewJob } from '../queue/job-queue.ts';

export const uploadTaskName = 'zip-and-send-letter-pdfs';

/**
 * A job that uploads every open zip. A run has two: one from its first zip on, and one from its end on, for the zips that
 * the first did not see any more.
 */
export function uploadJob(runId: string, part: 'begin' | 'end'): NewJob {
  return { queue: 'send-letter', task: uploadTaskName, args: {}, subject: `${runId}:${part}` };
}
