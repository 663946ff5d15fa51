import { insertNotificationEvent } from './notification-event-repository.ts';
import { replayAges, type ReplayFilter, type ReplayOptions, type ReplayResult } from './replay.ts';
import { replayInBatches, type ReplayDeps } from './replay-in-batches.ts';

/**
 * Puts messages that are still `created` back on the queue of their type: texts and emails to be sent, letters (live
 * ones without sheets) to get their PDF. Running it again leaves alone what it queued before.
 */
export async function replayCreated(
  deps: ReplayDeps,
  filter: ReplayFilter,
  options: ReplayOptions = {},
): Promise<ReplayResult> {
  const at = deps.clock.now();
  return replayInBatches(deps, 'created', filter, options, async (tx, candidates) => {
    for (const { id, notificationType, createdAt } of candidates) {
      const minutes = Math.round((at.getTime() - createdAt.getTime()) / 60_000);
      const detail = { reason: `still created after ${minutes} minutes` };
      await insertNotificationEvent(tx, id, { occurredAt: at, event: 'replayed', detail });
      if (notificationType === 'letter') deps.logger.info(`Making the PDF of letter ${id}, which has none`);
      else {
        deps.logger.info(
          `Re-sending notification ${id} to the delivery queue because the notification status is 'created' and it is over an hour old`,
        );
      }
    }
  });
}

/** `replayCreated` for everything that was forgotten, by the clock. */
export async function replayStuckNotifications(deps: ReplayDeps): Promise<ReplayResult> {
  const now = deps.clock.now().getTime();
  return replayCreated(deps, {
    types: ['sms', 'email', 'letter'],
    serviceId: null,
    ids: [],
    since: new Date(now - replayAges.maxAgeMs),
    until: new Date(now - replayAges.olderThanMs),
  });
}
