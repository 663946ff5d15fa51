import { AppError } from '../core/errors.ts';
import type { Service } from '../services/service.ts';
import { timesOf } from './broadcast-length.ts';
import { normaliseBroadcastContent } from './broadcast-content.ts';
import { eventPayload } from './broadcast-event-payload.ts';
import type { BroadcastEvent } from './broadcast-event.ts';
import { polygonsOf, type BroadcastMessage, type Mover } from './broadcast-message.ts';
import type { BroadcastSettings } from './broadcast-settings.ts';
import { broadcastProviders } from './provider-message.ts';
import { readBroadcastPayload } from './read-broadcast-payload.ts';
import { broadcastSender } from './xml/sender.ts';

interface Approval {
  readonly service: Service;
  readonly message: BroadcastMessage;
  readonly settings: BroadcastSettings | null;
  readonly by: Mover;
  readonly now: Date;
}

/**
 * Refuses an approval that may not be, or whose documents nobody could make (broadcasts sheet §2): once it is approved,
 * there is nobody left to mend it.
 *
 * @throws AppError BROADCAST_REFUSED
 */
export function assertApprovable({ service, message, settings, by, now }: Approval): void {
  const { id } = message;
  const userId = 'userId' in by ? by.userId : null;
  // In training, one person may play both.
  if (!service.restricted && userId !== null && message.createdById === userId) {
    throw refused(`User ${userId} cannot approve their own broadcast_message ${id}`);
  }
  if (polygonsOf(message.areas).length === 0) {
    throw refused(`broadcast_message ${id} has no selected areas and so cannot be broadcasted.`);
  }
  if (service.restricted || message.stubbed) return;
  if (settings === null) {
    throw refused(`broadcast_message ${id} cannot be broadcast: its service has no broadcast settings`);
  }
  assertDocuments(message, settings, now);
}

/** Tries what the worker will do for each network. */
function assertDocuments(message: BroadcastMessage, settings: BroadcastSettings, now: Date): void {
  const { startsAt, finishesAt } = timesOf(message, settings, now);
  const event: BroadcastEvent = {
    id: message.id,
    serviceId: message.serviceId,
    broadcastMessageId: message.id,
    sentAt: now,
    messageType: 'alert',
    transmittedContent: { body: normaliseBroadcastContent(message.content) },
    transmittedAreas: message.areas,
    transmittedSender: broadcastSender,
    transmittedStartsAt: startsAt,
    transmittedFinishesAt: finishesAt,
  };
  for (const provider of broadcastProviders) {
    const own = { id: message.id, provider, messageNumber: 1 };
    try {
      readBroadcastPayload(eventPayload({ event, own, earlier: [], channel: settings.channel }));
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      throw refused(`broadcast_message ${message.id} cannot be broadcast: ${problem}`, error);
    }
  }
}

function refused(message: string, cause?: unknown): AppError {
  return new AppError('BROADCAST_REFUSED', message, { cause });
}
