import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { keepIdempotentAnswers } from '../idempotency/end-idempotent-request.ts';
import { countMessages } from '../limits/count-messages.ts';
import type { StoredCount } from '../limits/daily-count.ts';
import { prepareJobs, type JobQueue, type NewJob, type PreparedJobs } from '../queue/job-queue.ts';
import { deliveryJob, type AcceptedMessage } from './accepted-message.ts';
import { insertNotifications, insertRowsOfJob, sealRowsOfJob, type SealedRows } from './new-notification-repository.ts';
import type { NewNotification } from './notification.ts';
import { queueFirstJob } from './queue-first-job.ts';

/** Rows of one job, all made at the same moment, in the form in which they are sent to the database. */
export interface RowsOfJob {
  readonly notifications: readonly [NewNotification, ...NewNotification[]];
  readonly sealed: SealedRows;
  readonly jobs: PreparedJobs;
}

/** Does what can be done of `storeRowsOfJob` without the database, so that it waits for nothing but the database. */
export async function prepareRowsOfJob(
  { ids, secretBox }: { ids: Pick<Ids, 'uuid'>; secretBox: SecretBox },
  messages: readonly [AcceptedMessage, ...AcceptedMessage[]],
): Promise<RowsOfJob> {
  const [first, ...others] = messages.map(({ notification }) => notification);
  const notifications = [first!, ...others] as const;
  return {
    notifications,
    sealed: await sealRowsOfJob(secretBox, notifications),
    jobs: prepareJobs({ ids }, jobsOf(messages, secretBox)),
  };
}

/**
 * Stores rows of one job as `storeMessages` does.
 *
 * @throws what `storeMessages` throws
 */
export async function storeRowsOfJob(
  { queue }: { queue: JobQueue },
  tx: Queryable,
  { notifications, sealed, jobs }: RowsOfJob,
): Promise<StoredCount[]> {
  await insertRowsOfJob(tx, sealed);
  // The ids of rows are no accident: a live job of one delivers this very row.
  await queue.enqueue(tx, jobs, { leaveLive: true });
  return countMessages(tx, notifications);
}

/**
 * Stores messages with everything that must be true together with them, in the caller's transaction: their jobs, the
 * daily counts, the answers to idempotent requests. Returns the new daily counts.
 *
 * @throws the unique violation of a message that exists or what `countMessages` throws: then none is stored
 */
export async function storeMessages(
  { queue, secretBox }: { queue: JobQueue; secretBox: SecretBox },
  tx: Queryable,
  messages: readonly AcceptedMessage[],
): Promise<StoredCount[]> {
  const stored = storedNow(messages);
  if (stored.length > 0) await insertNotifications(tx, secretBox, stored);
  await queue.enqueue(tx, jobsOf(messages, secretBox));
  const answers = messages.flatMap(({ idempotentAnswer }) => idempotentAnswer ?? []);
  await keepIdempotentAnswers({ secretBox }, tx, answers);
  // Last: until the commit, everybody else who counts messages of the same service waits.
  return countMessages(tx, stored);
}

/** The notifications of those messages that `storeMessages` stores: not of those that it only queues. */
export function storedNow(messages: readonly AcceptedMessage[]): NewNotification[] {
  return messages.filter(({ queueFirst }) => queueFirst !== true).map(({ notification }) => notification);
}

function jobsOf(messages: readonly AcceptedMessage[], secretBox: SecretBox): NewJob[] {
  const jobs: NewJob[] = [];
  for (const message of messages) {
    if (message.queueFirst === true) jobs.push(queueFirstJob(message, secretBox));
    else if (message.job !== null) jobs.push(message.job ?? deliveryJob(message));
  }
  return jobs;
}
