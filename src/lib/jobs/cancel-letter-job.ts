import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import { giveBackMessages } from '../limits/count-messages.ts';
import type { Limits } from '../limits/limits.ts';
import { sourcesOf } from '../notifications/notification-status.ts';
import { lockJob, moveJob } from './job-repository.ts';
import { cancelLettersOfJob, countLettersOfJob } from './letter-cancellation-repository.ts';
import { isTooLateToCancel } from './letter-cancellation.ts';
import { noSuchJobOf } from './show-job.ts';

/**
 * Cancels a job of letters with all of them, or none (jobs sheet §3). Those made today count no more; the ones that were
 * cancelled one by one have been given back before.
 *
 * @returns how many letters of the job are cancelled
 * @throws AppError NOT_FOUND; REQUEST_INVALID, with the sheet's words, when it is no job of letters, is not complete yet, or
 *   it is too late
 */
export async function cancelLetterJob(
  { db, clock, limits }: { readonly db: Database; readonly clock: Clock; readonly limits: Limits },
  input: { readonly serviceId: string; readonly jobId: string },
): Promise<number> {
  const now = clock.now();
  const { cancelled, counts } = await db.transaction(async (tx) => {
    const job = await lockJob(tx, input.jobId, input.serviceId);
    if (job === null) throw noSuchJobOf(input.jobId);
    if (job.templateType !== 'letter')
      throw refused('Only letter jobs can be cancelled through this endpoint. This is not a letter job.');
    const { status } = job;
    if (status !== 'finished all notifications created')
      throw refused('We are still processing these letters, please try again in 5 minutes.');
    if (isTooLateToCancel(job.createdAt, now)) throw tooLate();
    const letters = await cancelLettersOfJob(tx, input, { onlyFrom: sourcesOf('letter', 'cancelled'), at: now });
    const { all, left } = await countLettersOfJob(tx, job.id);
    // Somebody took one to be printed: what was cancelled here is not.
    if (left > 0) throw tooLate();
    await moveJob(tx, job.id, { from: status, to: 'cancelled', at: now });
    const messages = letters.map((letter) => ({ ...letter, ...aLetter, serviceId: job.serviceId }));
    return { cancelled: all, counts: await giveBackMessages(tx, { messages, now }) };
  });
  limits.givenBack(counts);
  return cancelled;
}

const aLetter = { notificationType: 'letter', international: false, phonePrefix: null } as const;

function refused(message: string): AppError {
  return new AppError('REQUEST_INVALID', message);
}

function tooLate(): AppError {
  return refused('It’s too late to cancel sending, these letters have already been sent.');
}
