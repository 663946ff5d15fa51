import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { keepIdempotentAnswers } from '../idempotency/end-idempotent-request.ts';
import { countMessages } from '../limits/count-messages.ts';
import type { DailyCount } from '../limits/daily-count.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { deliveryJob, type AcceptedMessage } from './accepted-message.ts';
import { insertNotifications } from './notification-repository.ts';
import { queueFirstJob } from './queue-first-job.ts';

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
): Promise<DailyCount[]> {
  const stored = messages.filter(({ queueFirst }) => queueFirst !== true).map(({ notification }) => notification);
  if (stored.length > 0) await insertNotifications(tx, secretBox, stored);
  const jobs = messages.map((message) =>
    message.queueFirst === true ? queueFirstJob(message, secretBox) : (message.job ?? deliveryJob(message)),
  );
  await queue.enqueue(tx, jobs);
  const answers = messages.flatMap(({ idempotentAnswer }) => idempotentAnswer ?? []);
  await keepIdempotentAnswers({ secretBox }, tx, answers);
  // Last: until the commit, everybody else who counts messages of the same service waits.
  return countMessages(tx, stored);
}
