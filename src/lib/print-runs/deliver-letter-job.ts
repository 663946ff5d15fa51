import type { NewJob } from '../queue/job-queue.ts';

export const deliverLetterTaskName = 'deliver_letter';

/** A job that gives one letter to the print provider's API. */
export function deliverLetterJob(notificationId: string): NewJob {
  return { queue: 'send-letter', task: deliverLetterTaskName, args: { notificationId }, subject: notificationId };
}
