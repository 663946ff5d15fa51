import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database, Queryable } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import type { Service } from '../services/service.ts';
import { requireService } from '../services/show-service.ts';
import { requireMembership } from '../users/find-membership.ts';
import { announceLiveBroadcast } from './announce-live-broadcast.ts';
import { assertApprovable } from './assert-approvable.ts';
import type { BroadcastEvent } from './broadcast-event.ts';
import { timesOf } from './broadcast-length.ts';
import { findBroadcastMessage, saveBroadcastMessage, type BroadcastChanges } from './broadcast-message-repository.ts';
import {
  mayMove,
  noSuchBroadcast,
  type BroadcastMessage,
  type BroadcastStatus,
  type Mover,
} from './broadcast-message.ts';
import { findBroadcastSettings } from './broadcast-settings-repository.ts';
import type { BroadcastSettings } from './broadcast-settings.ts';
import { recordBroadcastEvent } from './record-broadcast-event.ts';

export interface MoveBroadcastDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secretBox: SecretBox;
  readonly queue: JobQueue;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'alerts'>;
}

export interface MoveBroadcastInput {
  readonly serviceId: string;
  readonly id: string;
  readonly status: BroadcastStatus;
  readonly userId: string;
}

export interface MovedBroadcast {
  readonly message: BroadcastMessage;
  /** What the networks are told; null for a move that they need not know of, or that is only training. */
  readonly event: BroadcastEvent | null;
}

/**
 * Moves a broadcast to another status for a user: submits, approves, rejects, cancels or completes it (broadcasts sheet
 * §2). An approval by somebody else than the creator, and a cancellation, become an event that is sent to the networks.
 *
 * @throws AppError NOT_FOUND for an unknown or foreign message or an unknown user; BROADCAST_FORBIDDEN for an archived
 *   service; BROADCAST_REFUSED, with the sheet's words, when the user may not or the message cannot
 */
export async function moveBroadcast(deps: MoveBroadcastDeps, input: MoveBroadcastInput): Promise<MovedBroadcast> {
  const { secretBox } = deps;
  const { serviceId, id, status, userId } = input;
  return applyMove(deps, async (tx) => {
    const message = await findBroadcastMessage(tx, secretBox, { serviceId, id }, { lock: true });
    if (message === null) throw noSuchBroadcast();
    const service = await requireService({ db: tx }, serviceId);
    if (!service.active) {
      // The blank at the end is part of the words that callers know.
      const words = 'Updating broadcast message is not allowed: service is inactive ';
      throw new AppError('BROADCAST_FORBIDDEN', words);
    }
    await assertOnTeam(tx, { message, status, userId });
    return moveLocked(deps, tx, { service, message, status, by: { userId } });
  });
}

/** Runs a move, and tells of it what is worth telling once it is committed. */
export async function applyMove(
  deps: MoveBroadcastDeps,
  move: (tx: Queryable) => Promise<MovedBroadcast>,
): Promise<MovedBroadcast> {
  const moved = await deps.db.transaction(move);
  if (moved.event?.messageType === 'alert') await announceLiveBroadcast(deps, moved.message);
  return moved;
}

/** The part of a move that begins with a locked message and whoever may move it. */
export async function moveLocked(
  deps: MoveBroadcastDeps,
  tx: Queryable,
  input: { service: Service; message: BroadcastMessage; status: BroadcastStatus; by: Mover },
): Promise<MovedBroadcast> {
  const { service, message, status, by } = input;
  const { id, serviceId } = message;
  if (!mayMove(message.status, status)) {
    throw new AppError('BROADCAST_REFUSED', `Cannot move broadcast_message ${id} from ${message.status} to ${status}`);
  }
  const now = deps.clock.now();
  const settings = await findBroadcastSettings(tx, serviceId);
  if (status === 'broadcasting') assertApprovable({ service, message, settings, by, now });
  const changes = changesOf({ message, status, by, settings, now });
  await saveBroadcastMessage(tx, deps.secretBox, { serviceId, id }, changes, now);
  const moved = (await findBroadcastMessage(tx, deps.secretBox, { serviceId, id }))!;
  const type = status === 'broadcasting' ? 'alert' : status === 'cancelled' ? 'cancel' : null;
  if (type === null) return { message: moved, event: null };
  const { finishesAt } = timesOf(moved, settings, now);
  const event = await recordBroadcastEvent(deps, tx, { service, message: { ...moved, finishesAt }, type });
  return { message: moved, event };
}

interface Change {
  readonly message: BroadcastMessage;
  readonly status: BroadcastStatus;
  readonly by: Mover;
  readonly settings: BroadcastSettings | null;
  readonly now: Date;
}

function changesOf({ message, status, by, settings, now }: Change): BroadcastChanges {
  const userId = 'userId' in by ? by.userId : null;
  switch (status) {
    case 'pending-approval':
      return { status, submittedAt: now, submittedById: userId };
    case 'broadcasting':
      return { status, approvedAt: now, approvedById: userId, ...timesOf(message, settings, now) };
    case 'rejected':
      return { status, rejectedAt: now, rejectedById: userId };
    case 'cancelled':
      return {
        status,
        cancelledAt: now,
        cancelledById: userId,
        cancelledByApiKeyId: 'apiKeyId' in by ? by.apiKeyId : null,
      };
    default:
      return { status };
  }
}

async function assertOnTeam(
  tx: Queryable,
  { message, status, userId }: { message: BroadcastMessage; status: BroadcastStatus; userId: string },
): Promise<void> {
  const { isMember, platformAdmin } = await requireMembership({ db: tx }, { userId, serviceId: message.serviceId });
  if (isMember || (platformAdmin && status === 'cancelled')) return;
  throw new AppError(
    'BROADCAST_REFUSED',
    `User ${userId} cannot update broadcast_message ${message.id} from other service`,
  );
}
