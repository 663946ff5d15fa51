import type { Clock } from '../core/clock.ts';
import type { Queryable } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import { completeFinishedBroadcasts } from './broadcast-message-repository.ts';

/** Completes the broadcasts that have finished (broadcasts sheet §11). @returns their ids */
export async function expireBroadcasts({
  db,
  clock,
  logger,
}: {
  db: Queryable;
  clock: Clock;
  logger: Logger;
}): Promise<string[]> {
  const completed = await completeFinishedBroadcasts(db, clock.now());
  if (completed.length > 0) logger.info({ broadcastMessageIds: completed }, 'Broadcasts have finished');
  return completed;
}
