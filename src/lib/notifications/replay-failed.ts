import { AppError } from '../core/errors.ts';
import { insertNotificationEvent } from './notification-event-repository.ts';
import { updateNotification } from './notification-repository.ts';
import type { ReplayFilter, ReplayOptions, ReplayResult } from './replay.ts';
import { replayInBatches, type ReplayDeps } from './replay-in-batches.ts';
import { listStatuses } from './replay-repository.ts';

/**
 * Gives messages in `technical-failure` a second life: they become `created` again, lose what is known of their sending,
 * and are queued (delivery sheet §11). No other failure is replayed: providers have judged those messages. A letter keeps its
 * reference, which names its files.
 *
 * @throws AppError NOT_FOUND for a given id that is unknown or of another service; REFUSED for one in another status
 */
export async function replayFailed(
  deps: ReplayDeps,
  filter: ReplayFilter,
  options: ReplayOptions = {},
): Promise<ReplayResult> {
  if (filter.ids.length > 0) await assertReplayable(deps, filter);
  const at = deps.clock.now();
  return replayInBatches(deps, 'technical-failure', filter, options, async (tx, candidates) => {
    for (const { id, notificationType } of candidates) {
      await updateNotification(
        tx,
        deps.secretBox,
        id,
        {
          status: 'created',
          sentAt: null,
          sentBy: null,
          ...(notificationType !== 'letter' && { reference: null }),
        },
        { at, onlyFrom: ['technical-failure'] },
      );
      await insertNotificationEvent(tx, id, {
        occurredAt: at,
        event: 'replayed',
        detail: { reason: 'it had ended as technical-failure' },
      });
    }
  });
}

async function assertReplayable({ db }: ReplayDeps, { ids, serviceId }: ReplayFilter): Promise<void> {
  const known = new Map(
    (await listStatuses(db, ids))
      .filter((notification) => serviceId === null || notification.serviceId === serviceId)
      .map(({ id, status }) => [id, status]),
  );
  for (const id of ids) {
    const status = known.get(id);
    if (status === undefined) throw new AppError('NOT_FOUND', `There is no notification ${id}`);
    if (status !== 'technical-failure' && status !== 'created') {
      throw new AppError('REFUSED', `Notification ${id} is '${status}': only 'technical-failure' is replayed`, {
        hint: 'Send a new message instead.',
        details: { notification_id: id, status },
      });
    }
  }
}
