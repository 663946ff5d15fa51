import { AppError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { findLiveSubjects } from '../queue/find-jobs.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { deliverTasks, deliveryJob } from './accepted-message.ts';
import { insertNotificationEvent } from './notification-event-repository.ts';
import { lockForNewPdf } from './replay-repository.ts';

/**
 * Has the PDF of one templated letter made again. Only a letter in `created` may change what is printed. Returns false
 * when its PDF is about to be made already.
 *
 * @throws AppError NOT_FOUND; REFUSED for what is no letter, came as a PDF, or is in another status
 */
export async function replayLetterPdf(
  { db, queue, clock }: { db: Database; queue: JobQueue; clock: Clock },
  { notificationId, dryRun = false }: { notificationId: string; dryRun?: boolean },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const letter = await lockForNewPdf(tx, notificationId);
    if (letter === null) throw new AppError('NOT_FOUND', `There is no notification ${notificationId}`);
    if (letter.notificationType !== 'letter' || letter.isPrecompiled) {
      const what = letter.isPrecompiled ? 'came as a PDF' : `is of type '${letter.notificationType}'`;
      throw new AppError(
        'REFUSED',
        `Notification ${letter.id} ${what}: only a letter made from a template gets a new PDF`,
      );
    }
    if (letter.status !== 'created') {
      throw new AppError(
        'REFUSED',
        `Letter ${letter.id} is '${letter.status}': only a letter in 'created' gets a new PDF`,
        {
          details: { notification_id: letter.id, status: letter.status },
        },
      );
    }
    const live = await findLiveSubjects({ db: tx }, { tasks: [deliverTasks.letter], subjects: [letter.id] });
    if (live.size > 0) return false;
    if (dryRun) return true;
    const occurredAt = clock.now();
    await insertNotificationEvent(tx, letter.id, { occurredAt, event: 'replayed', detail: { reason: 'a new PDF' } });
    const job = deliveryJob({
      notification: { id: letter.id, keyType: letter.keyType, notificationType: 'letter' },
      processType: 'normal',
      requestId: null,
    });
    await queue.enqueue(tx, [job], { leaveLive: true });
    return true;
  });
}
