import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Queryable } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { Service } from '../services/service.ts';
import { normaliseBroadcastContent } from './broadcast-content.ts';
import { insertBroadcastEvent, listBroadcastEvents } from './broadcast-event-repository.ts';
import type { BroadcastEvent, BroadcastEventType } from './broadcast-event.ts';
import type { BroadcastMessage } from './broadcast-message.ts';
import { sendEventJob } from './broadcast-jobs.ts';
import { broadcastSender } from './xml/sender.ts';

export interface RecordEventDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly queue: JobQueue;
  readonly logger: Logger;
}

/**
 * Records an instruction about a message and queues its sending, both in the caller's transaction (broadcasts sheet §2).
 * A message that is stubbed, or whose service is in training mode, has no events; when only one of the two is so, the
 * service went live or back since the message was made, and the log says it.
 *
 * @param message locked, with the time when it finishes
 */
export async function recordBroadcastEvent(
  deps: RecordEventDeps,
  tx: Queryable,
  input: { service: Service; message: BroadcastMessage & { finishesAt: Date }; type: BroadcastEventType },
): Promise<BroadcastEvent | null> {
  const { service, message, type } = input;
  if (message.stubbed !== service.restricted) {
    deps.logger.error(
      { broadcastMessageId: message.id, serviceId: service.id },
      `Broadcast event not created. Stubbed status of broadcast message was ${message.stubbed ? 'True' : 'False'} but service was ${service.restricted ? 'in trial mode' : 'live'}`,
    );
    return null;
  }
  if (message.stubbed) return null;
  const event: BroadcastEvent = {
    id: deps.ids.uuid(),
    serviceId: service.id,
    broadcastMessageId: message.id,
    sentAt: await nextSentAt(tx, message, deps.clock.now()),
    messageType: type,
    transmittedContent: { body: normaliseBroadcastContent(message.content) },
    transmittedAreas: message.areas,
    transmittedSender: broadcastSender,
    transmittedStartsAt: message.startsAt,
    transmittedFinishesAt: message.finishesAt,
  };
  await insertBroadcastEvent(tx, event);
  await deps.queue.enqueue(tx, [sendEventJob(event)]);
  return event;
}

/** Later than every event before: two events of one moment would not know of each other. */
async function nextSentAt(tx: Queryable, { serviceId, id }: BroadcastMessage, now: Date): Promise<Date> {
  const last = (await listBroadcastEvents(tx, { serviceId, broadcastMessageId: id })).at(-1);
  return last === undefined ? now : new Date(Math.max(now.getTime(), last.sentAt.getTime() + 1));
}
